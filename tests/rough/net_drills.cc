// Drills of the line with real interfaces: head office in a network namespace of its own, on a pair of links, one for
// the line and one to look at it. Only root has namespaces.
#include <unistd.h>

#include "tests/rough/stage.h"

namespace redress::rough {
namespace {

// 10.77.x.0/30 for the line, 10.77.x.4/30 to look; .1 and .5 are here, .2 and .6 in the namespace.
class Namespace {
 public:
  static Result<std::unique_ptr<Namespace>> make() {
    std::unique_ptr<Namespace> made{new Namespace};
    const std::string& ip = made->ip_;
    const std::string& space = made->name_;
    const std::vector<demo::Command> steps{
        {ip, "netns", "add", space},
        {ip, "link", "add", made->line_, "type", "veth", "peer", "name", "line0", "netns", space},
        {ip, "link", "add", made->look_, "type", "veth", "peer", "name", "look0", "netns", space},
        {ip, "address", "add", made->here() + "/30", "dev", made->line_},
        {ip, "address", "add", made->address(5) + "/30", "dev", made->look_},
        {ip, "-n", space, "address", "add", made->there() + "/30", "dev", "line0"},
        {ip, "-n", space, "address", "add", made->look_at() + "/30", "dev", "look0"},
        {ip, "link", "set", made->line_, "up"},
        {ip, "link", "set", made->look_, "up"},
        {ip, "-n", space, "link", "set", "line0", "up"},
        {ip, "-n", space, "link", "set", "look0", "up"},
        {ip, "-n", space, "link", "set", "lo", "up"}};
    for (const demo::Command& step : steps) {
      const auto done = run_command(step);
      if (!done) return fail(done.error());
    }
    return made;
  }
  ~Namespace() {
    static_cast<void>(run_command({ip_, "netns", "delete", name_}));
    // The links went with it; this is for one that was made and not moved.
    static_cast<void>(run_command({ip_, "link", "delete", line_}));
    static_cast<void>(run_command({ip_, "link", "delete", look_}));
  }
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;

  [[nodiscard]] std::string here() const { return address(1); }
  [[nodiscard]] std::string there() const { return address(2); }
  [[nodiscard]] std::string look_at() const { return address(6); }
  [[nodiscard]] const std::string& line() const { return line_; }
  [[nodiscard]] demo::Command inside() const { return {ip_, "netns", "exec", name_}; }

  [[nodiscard]] Status run(demo::Command words, bool in_namespace) const {
    demo::Command command{ip_};
    if (in_namespace) command.insert(command.end(), {"-n", name_});
    command.insert(command.end(), words.begin(), words.end());
    const auto done = run_command(command);
    if (!done) return fail(done.error());
    return Done{};
  }

 private:
  Namespace() = default;
  [[nodiscard]] std::string address(int last) const {
    return "10.77." + std::to_string(::getpid() % 250) + "." + std::to_string(last);
  }

  const std::string ip_ = path_of("ip");
  const std::string name_ = "redress" + std::to_string(::getpid());
  const std::string line_ = "rl" + std::to_string(::getpid());
  const std::string look_ = "rm" + std::to_string(::getpid());
};

class Shared {
 public:
  explicit Shared(DrillPlaces places) : places_{std::move(places)} {}
  // Why it cannot be; empty: it can.
  [[nodiscard]] static std::string why_not() {
    if (!is_root()) return "only root has network namespaces";
    return path_of("ip").empty() ? "there is no ip" : "";
  }
  Status open() {
    if (stage) return Done{};
    auto made = Namespace::make();
    if (!made) return fail(made.error());
    space = std::move(*made);
    FleetOptions options;
    options.link_host = space->there();
    options.door = space->look_at() + ":0";
    options.through = space->inside();
    auto opened = Stage::open(places_, options, false);
    if (!opened) return fail(opened.error());
    stage = std::move(*opened);
    return Done{};
  }

  std::unique_ptr<Namespace> space;
  std::unique_ptr<Stage> stage;

 private:
  const DrillPlaces places_;
};

using Change = std::function<Status(const Namespace&)>;

Drill trouble(const std::shared_ptr<Shared>& shared, const std::string& name, Change begin, Change heal,
              std::int64_t hold_ms) {
  return {"net: " + name, [=]() -> DrillReport {
            if (const std::string why = Shared::why_not(); !why.empty()) return {{}, why, {}};
            if (const Status opened = shared->open(); !opened) return {{opened.error().what}, {}, {}};
            LineTrouble line;
            line.begin = [=] { return begin(*shared->space); };
            line.heal = [=] { return heal(*shared->space); };
            line.hold_ms = hold_ms;
            return hold_trouble(*shared->stage, line);
          }};
}

// Whoever is at the other end of the line, nobody has this address: what is sent to it falls on the floor.
constexpr const char* nobody = "02:00:00:00:00:99";

Status lose(const Namespace& space, bool at_head_office) {
  const std::string peer = at_head_office ? space.here() : space.there();
  const std::string link = at_head_office ? "line0" : space.line();
  return space.run({"neigh", "replace", peer, "lladdr", nobody, "dev", link, "nud", "permanent"}, at_head_office);
}
Status find_again(const Namespace& space, bool at_head_office) {
  const std::string peer = at_head_office ? space.here() : space.there();
  const std::string link = at_head_office ? "line0" : space.line();
  return space.run({"neigh", "delete", peer, "dev", link}, at_head_office);
}

// A firewall at head office drops what comes, or what goes.
demo::Command nft(const Namespace& space, std::vector<std::string> words) {
  demo::Command command = space.inside();
  command.push_back(path_of("nft"));
  command.insert(command.end(), words.begin(), words.end());
  return command;
}
Status drop(const Namespace& space, const std::string& hook, const std::string& where) {
  const std::vector<std::vector<std::string>> steps{
      {"add", "table", "inet", "redress"},
      {"add", "chain", "inet", "redress", "bad", "{ type filter hook " + hook + " priority 0; }"},
      {"add", "rule", "inet", "redress", "bad", where, "line0", "drop"}};
  for (const auto& step : steps) {
    const auto done = run_command(nft(space, step));
    if (!done) return fail(done.error());
  }
  return Done{};
}
Status drop_no_more(const Namespace& space) {
  const auto done = run_command(nft(space, {"delete", "table", "inet", "redress"}));
  if (!done) return fail(done.error());
  return Done{};
}

Drill firewall(const std::shared_ptr<Shared>& shared, const std::string& name, const std::string& hook,
               const std::string& where) {
  Drill drill = trouble(
      shared, name, [=](const Namespace& space) { return drop(space, hook, where); }, drop_no_more, 10'000);
  return {drill.name, [hold = drill.hold]() -> DrillReport {
            if (path_of("nft").empty()) return {{}, "there is no nft", {}};
            return hold();
          }};
}

}  // namespace

std::vector<Drill> net_drills(const DrillPlaces& places) {
  const auto shared = std::make_shared<Shared>(places);
  return {
      trouble(
          shared, "the link is down",
          [](const Namespace& space) {
            return space.run({"link", "set", space.line(), "down"}, false);
          },
          [](const Namespace& space) {
            return space.run({"link", "set", space.line(), "up"}, false);
          },
          10'000),
      trouble(
          shared, "what branches send is lost without a word",
          [](const Namespace& space) { return lose(space, false); },
          [](const Namespace& space) { return find_again(space, false); }, 10'000),
      trouble(
          shared, "what head office sends is lost without a word",
          [](const Namespace& space) { return lose(space, true); },
          [](const Namespace& space) { return find_again(space, true); }, 10'000),
      trouble(
          shared, "a route that leads nowhere",
          [](const Namespace& space) {
            return space.run({"route", "add", "blackhole", space.there() + "/32"}, false);
          },
          [](const Namespace& space) {
            return space.run({"route", "delete", "blackhole", space.there() + "/32"}, false);
          },
          10'000),
      firewall(shared, "a firewall drops what comes to head office", "input", "iifname"),
      firewall(shared, "a firewall drops what head office sends", "output", "oifname"),
      {"net: all that was told is in order at the end",
       [shared]() -> DrillReport {
         if (!shared->stage) return {{}, "no drill of this kind was held", {}};
         return {judge_all(shared->stage->fleet(), shared->stage->history()), {}, {}};
       }},
  };
}

}  // namespace redress::rough
