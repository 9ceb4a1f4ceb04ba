// Any text as a configuration, through a file that is memory only: what is taken is taken again as written back.
#include "ops/shell/config.h"

#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/target.h"

namespace redress::shell {
namespace {

Expected<Config, std::vector<Error>> load(std::string_view text) {
  static fuzz::MemoryFile file;
  return load_config(file.holding(view_of(text)));
}

void read(std::string_view text) {
  const auto config = load(text);
  if (!config) {
    REDRESS_ASSERT(!config.error().empty());
    return;
  }
  const auto again = load(commented_config(*config));
  REDRESS_ASSERT(again && *again == *config);
}

}  // namespace
}  // namespace redress::shell

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::shell::read(redress::text_of(redress::fuzz::Input{data, size}.rest()));
  return 0;
}
