// redress-demo: the live demonstration, or with --check the unattended one. Wiring only.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "ops/demonstration/day.h"
#include "ops/demonstration/live.h"
#include "ops/demonstration/scenario.h"

namespace redress::demo {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t pace_ms = 700;  // of a day that somebody looks on at

struct Line {
  bool check = false;
  bool day = false;
  bool keep = false;
  std::string input;
  std::string mapping;
  std::size_t branches = 3;
  std::uint64_t seed = 1;
  Plant plant = Plant::none;
};

int give_up(const Error& error) {
  std::cerr << "redress-demo: " << error.what << (error.field.empty() ? "" : " (" + error.field + ")") << std::endl;
  return error.code == Code::draining ? 130 : 2;
}

// A folder of this run's own, removed with everything in it.
class Folder {
 public:
  explicit Folder(bool keep) : keep_{keep} {
    std::string name = (fs::temp_directory_path() / "redress-demo-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (!keep_ && !path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  const bool keep_;
  std::string path_;
};

// The folder of the source tree or package that the program lies in: it has the samples.
fs::path tree_of(const fs::path& program) {
  for (fs::path at = program.parent_path(); at != at.root_path(); at = at.parent_path()) {
    if (fs::exists(at / "ops/samples/en.csv")) return at;
  }
  return {};
}

std::string mapping_file(const Line& line, const fs::path& tree) {
  if (line.mapping.find('/') != std::string::npos || line.mapping.ends_with(".toml"))
    return fs::absolute(line.mapping).string();
  std::string name = line.mapping;
  if (name.empty()) {
    const auto text = read_file(line.input);
    const bool cfpb = text && (text->starts_with("Date received") || text->starts_with("\xEF\xBB\xBF"
                                                                                       "Date received"));
    name = cfpb ? "cfpb" : "ledger_zh";
  }
  return (tree / "ops/mappings" / (name + ".toml")).string();
}

std::function<void(const std::string&)> teller(Instant began) {
  return [began](const std::string& text) {
    const std::int64_t ms = shell::mono_now().value() - began.value();
    std::cerr << "demo: " << ms / 1000 << "." << ms % 1000 / 100 << " s: " << text << std::endl;
  };
}

int day(const Line& line, const fs::path& program, const shell::StopSignal& stop) {
  const Folder folder{line.keep};
  if (folder.path().empty()) return give_up({Code::io, "no folder for temporary files", ""});
  if (line.keep) std::cerr << "demo: homes and logs stay in " << folder.path() << std::endl;
  const auto verdict = run_day({program.parent_path().string(),
                                folder.path(),
                                {&stop, folder.path() + "/demo.log"},
                                teller(shell::mono_now()),
                                line.check ? 0 : pace_ms});
  if (!verdict) return give_up(verdict.error());
  std::cout << (line.check ? to_json(*verdict) : to_text(*verdict)) << std::endl;
  return passes(*verdict) ? 0 : 1;
}

int check(const Line& line, const fs::path& program, const fs::path& tree, const shell::StopSignal& stop) {
  const Folder folder{line.keep};
  if (folder.path().empty()) return give_up({Code::io, "no folder for temporary files", ""});
  if (line.keep) std::cerr << "demo: homes, logs and exports stay in " << folder.path() << std::endl;
  const CheckOptions options{program.parent_path().string(),
                             folder.path(),
                             fs::absolute(line.input).string(),
                             mapping_file(line, tree),
                             line.branches,
                             line.seed,
                             line.plant,
                             {&stop, folder.path() + "/demo.log"},
                             teller(shell::mono_now())};
  const auto verdict = run_check(options);
  if (!verdict) return give_up(verdict.error());
  std::cout << to_json(*verdict) << std::endl;
  return passes(*verdict) ? 0 : 1;
}

int run(int argc, char** argv) {
  CLI::App app{
      "Head office and branches on this machine's loopback: complaints, dispositions, a line that is cut and healed.\n"
      "exit status: 0 as it should be, 1 the check failed or a wrong command line, 2 the check could not be carried "
      "out"};
  Line line;
  app.set_version_flag("--version", shell::version_text("redress-demo"));
  app.add_flag(
      "--check", line.check,
      "unattended: import a table, cut, kill, dispose, heal, and prove that nothing is lost; the last line is JSON");
  CLI::Option* day_of = app.add_flag(
      "--day", line.day,
      "a day of complaints, act by act, each judged at every site in the evening; with --check as fast as the programs "
      "answer, and the last line is JSON");
  CLI::Option* input = app.add_option("--input", line.input, "the table; default: the project's English sample");
  input->check(CLI::ExistingFile)->excludes(day_of);
  app.add_option("--mapping", line.mapping, "cfpb, ledger_zh or a mapping file; default: by the table's header");
  app.add_option("--branches", line.branches, "how many; the first of every ten is the primary branch of the rest")
      ->check(CLI::Range(1, 200));
  app.add_option("--seed", line.seed, "decides who is cut off, who is killed, and when");
  app.add_flag("--keep", line.keep, "leave homes, logs and exports where they are");
  app.add_flag_callback(
      "--plant-loss", [&] { line.plant = Plant::loss; }, "lose a case behind the programs' back: the check must fail");
  app.add_flag_callback(
      "--plant-double", [&] { line.plant = Plant::duplicate; }, "double a case, likewise");
  app.add_flag_callback(
      "--plant-misroute", [&] { line.plant = Plant::misroute; }, "send a disposition to a wrong branch, likewise");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  const fs::path program = fs::read_symlink("/proc/self/exe");
  const fs::path tree = tree_of(program);
  if (tree.empty()) return give_up({Code::not_found, "no ops/samples above " + program.string(), ""});
  const auto stop = shell::StopSignal::open();
  if (!stop) return give_up(stop.error());
  if (line.day) return day(line, program, **stop);
  if (line.check) {
    if (line.input.empty()) line.input = (tree / "ops/samples/en.csv").string();
    return check(line, program, tree, **stop);
  }
  const Folder folder{line.keep};
  if (folder.path().empty()) return give_up({Code::io, "no folder for temporary files", ""});
  const LiveOptions live{
      program.parent_path().string(), folder.path(), tree.string(), {stop->get(), folder.path() + "/demo.log"}};
  const Status shown = show_live(live, std::cout, isatty(STDOUT_FILENO) != 0);
  return shown || shown.error().code == Code::draining ? 0 : give_up(shown.error());
}

}  // namespace
}  // namespace redress::demo

int main(int argc, char** argv) { return redress::demo::run(argc, argv); }
