#include "ops/measure/stage.h"

#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

namespace redress::measure {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

constexpr std::size_t sample_count = 4000;
constexpr std::int64_t look_ms = 5;

}  // namespace

Stage::Stage(const Options& options, const std::string& program, const std::string& folder,
             const shell::StopSignal* stop)
    : options_{options}, program_{program}, folder_{folder}, around_{stop, folder + "/log"} {}

Result<std::unique_ptr<Stage>> Stage::open(const Options& options, const std::string& program, const std::string& tree,
                                           const shell::StopSignal* stop) {
  struct statfs system {};
  if (statfs(options.folder.c_str(), &system) != 0)
    return fail(Code::io, "no such folder: " + options.folder, "folder");
  if (system.f_type == TMPFS_MAGIC)
    return fail(Code::bad_value, "not on a disk: a sync costs nothing there: " + options.folder, "folder");
  std::string folder = options.folder + "/redress-bench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return fail(Code::io, "make a folder in " + options.folder, "folder");
  std::unique_ptr<Stage> stage{new Stage{options, program, folder, stop}};
  auto texts = options.input.empty() ? sample_texts(tree, sample_count) : table_texts(tree, options.input);
  if (!texts) return fail(texts.error());
  stage->texts_ = std::move(*texts);
  const Status written = write_texts(folder + "/texts", stage->texts_);
  if (!written) return fail(written.error());
  return stage;
}

Stage::~Stage() {
  if (options_.keep) std::cerr << "kept: " << folder_ << std::endl;
  discard(folder_);
}

void Stage::discard(const std::string& folder) const {
  std::error_code ignored;
  if (!options_.keep) fs::remove_all(folder, ignored);
}

void Stage::settle() { ::sync(); }

std::string Stage::programs() const { return fs::path{program_}.parent_path().string(); }

std::string Stage::make_folder() {
  std::string folder = folder_ + "/" + std::to_string(++folders_);
  fs::create_directory(folder);
  return folder;
}

void Stage::tell(const std::string& what) const { std::cerr << what << std::endl; }

Result<std::unique_ptr<demo::Child>> Stage::start(json plan) const {
  plan["texts"] = folder_ + "/texts";
  return demo::Child::start({program_, "part", plan.dump()}, around_);
}

Result<json> Stage::told(demo::Child& part, std::size_t& at, std::int64_t seconds_max) const {
  const Instant until = after_ms(shell::mono_now(), seconds_max * 1000);
  for (;;) {
    const bool runs = part.running();
    const auto end = part.output().find('\n', at);
    if (end != std::string::npos) {
      json object = json::parse(part.output().substr(at, end - at), nullptr, /*allow_exceptions=*/false);
      at = end + 1;
      if (!object.is_object()) return fail(Code::malformed, "a part told no object");
      if (!object.contains("progress")) return object;
      if (isatty(STDERR_FILENO) != 0) std::cerr << object.value("progress", std::string{}) << "  \r" << std::flush;
      continue;
    }
    if (!runs) return fail(Code::io, "a part ended early: see " + around_.log);
    if (shell::mono_now() >= until) return fail(Code::unreachable, "a part tells nothing");
    const Status paused = demo::pause(around_, look_ms);
    if (!paused) return fail(paused.error());
  }
}

}  // namespace redress::measure
