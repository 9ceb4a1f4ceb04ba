#include "ops/shell/rebuild.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "ops/shell/process.h"
#include "store/room.h"

namespace redress::shell {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t entries_a_commit = 1024;

Unexpected<Error> no_room() {
  return fail(Code::store_full, "the disk is short: the views wait (磁盘空间不足，视图暂不写入)");
}

void remove_beside(const std::string& folder) {
  std::error_code ignored;
  for (const char* end : {"", ".lock", ".new"}) fs::remove_all(folder + end, ignored);
}

}  // namespace

nlohmann::json rebuilt_json(const Rebuilt& rebuilt) {
  return {{"ledger", rebuilt.ledger.value()},
          {"cases", rebuilt.cases},
          {"blocks", rebuilt.blocks},
          {"took_ms", rebuilt.took_ms}};
}

Rebuild::Rebuild(const RebuildParts& parts)
    : parts_{parts}, folder_{parts.home->views_path() + ".rebuilt"}, began_ms_{mono_now().value()} {}

Rebuild::~Rebuild() {
  follower_.reset();
  views_.reset();
  remove_beside(folder_);
}

Result<std::unique_ptr<Rebuild>> Rebuild::begin(const RebuildParts& parts) {
  if (!store::views_may_return(parts.space(), parts.views_bytes)) return no_room();
  std::unique_ptr<Rebuild> rebuild{new Rebuild{parts}};
  const Status opened = rebuild->open();
  if (!opened) return fail(opened.error());
  return rebuild;
}

Status Rebuild::open() {
  remove_beside(folder_);  // of a rebuilding that was cut off
  store::LmdbOptions options = views_options(*parts_.home);
  options.folder = folder_;
  auto views = store::LmdbTruth::open(options);
  if (!views) return fail(views.error());
  views_ = std::move(*views);
  const crypto::Key32& key = parts_.home->keys.keys.views;
  if (parts_.with_signs) signs_ = std::make_unique<store::SignTail>(key);
  follower_ = std::make_unique<store::Follower>(*parts_.journal, *views_, *parts_.site, parts_.born, key, *parts_.kinds,
                                                *parts_.random, store::Keeps{signs_.get(), &catalogue_, parts_.due});
  return follower_->open();
}

Status Rebuild::follow() {
  for (;;) {
    if (parts_.is_stopping && parts_.is_stopping()) return fail(Code::draining, "the program stops");
    if (store::views_must_wait(parts_.space())) return no_room();
    const auto followed = follower_->advance(entries_a_commit);
    if (!followed) return fail(followed.error());
    if (*followed == 0) return Done{};
  }
}

Result<Rebuilt> Rebuild::take_place_of(store::LmdbTruth& views) {
  const Status level = follow();
  if (!level) return fail(level.error());
  Rebuilt out{follower_->position(), catalogue_.size(), 0, 0};
  const store::SignPages pages{parts_.home->keys.keys.views, parts_.site->domain.network};
  const Status looked = views_->view([&](const store::Reading& reading) -> Status {
    out.blocks = pages.count(reading);
    return Done{};
  });
  if (!looked) return fail(looked.error());
  follower_.reset();
  views_.reset();
  const Status replaced = views.replace_with(folder_);
  if (!replaced) return fail(replaced.error());
  out.took_ms = mono_now().value() - began_ms_;
  return out;
}

}  // namespace redress::shell
