// A room that calls what it does not declare. The link gate must not link it.
namespace redress::house {

int called_upward_without_declaring_it();
int planted_room();

int planted_room() { return called_upward_without_declaring_it(); }

}  // namespace redress::house
