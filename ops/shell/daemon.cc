#include "ops/shell/daemon.h"

#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "crypto/suite_intl.h"
#include "ops/shell/alarms_api.h"
#include "ops/shell/case_clocks.h"
#include "ops/shell/code_tables.h"
#include "ops/shell/kinds_api.h"
#include "ops/shell/start.h"
#include "ops/shell/telling.h"
#include "protocol/wire/refusal.h"
#include "store/room.h"

namespace redress::shell {
namespace fs = std::filesystem;
using nlohmann::json;

static std::string set_aside_beside(const std::string& views) { return views + ".aside"; }

void log_errors(Log& log, const std::vector<Error>& errors) {
  for (const Error& error : errors) {
    log.error("config", "refused", {{"code", wire::name_of(error.code)}, {"field", error.field}, {"why", error.what}});
  }
}

Daemon::Daemon(const Home& home, const DaemonOptions& options, Log& log)
    : home_{home}, options_{options}, log_{log}, kinds_{casework::shipped_kinds()} {}

Daemon::~Daemon() { stop(); }

Result<std::unique_ptr<Daemon>> Daemon::open(const Home& home, const DaemonOptions& options, Log& log) {
  std::unique_ptr<Daemon> daemon{new Daemon{home, options, log}};
  const Status opened = daemon->open_stores();
  if (!opened) return fail(opened.error());
  return daemon;
}

Status Daemon::open_stores() {
  const crypto::SiteKeys& keys = home_.keys.keys;
  signer_ = std::make_unique<crypto::Ed25519Signer>(keys.signing);
  site_options_ = {home_.keys.site, {&crypto::intl(), home_.keys.network},
                   keys.kek,        keys.kek_generation,
                   signer_.get(),   options_.pairwise,
                   options_.router, std::make_shared<store::Damage>()};
  auto rules = open_rulebook(home_.config.rules, home_.path(config_file));
  if (!rules) return fail(rules.error());
  rules_ = std::move(*rules);
  auto journal = store::LmdbTruth::open(journal_options(home_));
  if (!journal) return fail(journal.error());
  journal_ = std::move(*journal);
  if (auto views = open_views(); !views) return views;
  auto site = store::Site::open(*journal_, site_options_, random_);
  if (!site) return fail(site.error());
  site_ = std::move(*site);
  if (auto noticed = notice_old_image(); !noticed) return noticed;
  serial_ = site_->last_serial();
  ledger_ = site_->ledger().position.value();
  if (options_.searching == Searching::by_signatures) signs_ = std::make_unique<store::SignTail>(keys.views);
  open_follower();
  view_reader_ = std::make_unique<store::Views>(*views_, site_options_.domain, keys.views, catalogue_);
  search_ =
      std::make_unique<store::Search>(*journal_, *views_, site_options_, keys.views, kinds_, signs_.get(), random_);
  auto editions = load_code_editions(home_.path(codes_folder));
  if (!editions) return fail(editions.error());
  editions_ = std::move(*editions);
  case_rules_ = std::make_unique<CaseRules>(rules_, kinds_, site_options_.site, options_.parent);
  const store::DeskOptions desk{
      site_options_,
      options_.parent,
      zone_offset_minutes(wall_now()),
      options_.parent_of,
      editions_,
      [this](WallTime now) { return of_the_day(now).extra_fields; },
      [this](const store::CaseFile& file, const casework::KindRow& row, std::span<const std::string> roles) {
        return case_rules_->objection(file, row, roles);
      }};
  desk_ = std::make_unique<store::Desk>(*journal_, desk, kinds_, serial_, random_);
  similar_ = std::make_unique<store::Similar>(
      *journal_, site_options_, kinds_, signs_ ? search_.get() : nullptr,
      [this](const CaseId& id, const std::function<void(const store::CaseFile&)>& look) {
        return desk_->recall(id, look);
      },
      random_);
  auto wake = Wake::open();
  if (!wake) return fail(wake.error());
  wake_ = std::move(*wake);
  commands_ = std::make_unique<CommandQueue>(*wake_);
  tokens_ = std::make_unique<Tokens>(home_.path(tokens_file));
  api_ = std::make_unique<Api>(*tokens_, metrics_);
  return Done{};
}

void Daemon::set_views_aside(const Error& why) {
  const std::string aside = set_aside_beside(home_.views_path());
  std::error_code error;
  fs::remove_all(aside, error);
  fs::rename(home_.views_path(), aside, error);
  log_.error("follower", "views set aside and begun anew",
             {{"code", wire::name_of(why.code)}, {"why", why.what}, {"kept", error ? "" : aside}});
}

Status Daemon::open_views() {
  auto views = store::LmdbTruth::open(views_options(home_));
  if (!views && views.error().code != Code::in_use) {
    set_views_aside(views.error());
    views = store::LmdbTruth::open(views_options(home_));
    std::error_code ignored;
    if (!views && fs::remove_all(set_aside_beside(home_.views_path()), ignored) > 0)
      views = store::LmdbTruth::open(views_options(home_));
  }
  if (!views) return fail(views.error());
  views_ = std::move(*views);
  return Done{};
}

void Daemon::open_follower() {
  follower_ =
      std::make_unique<store::Follower>(*journal_, *views_, site_options_, site_->born(), home_.keys.keys.views, kinds_,
                                        random_, store::Keeps{signs_.get(), &catalogue_, due_rules(rules_, kinds_)});
  const Status opened = follower_->open();
  follows_ = opened.has_value();
  if (opened || opened.error().code == Code::store_full) return;
  set_views_aside(opened.error());
  follows_ = views_->clear() && follower_->open();
}

// A full disk may not take the new ones; the old ones are gone then too, and they are begun anew when it has room.
static Status empty(store::LmdbTruth& views) {
  const Status cleared = views.clear();
  return cleared || cleared.error().code == Code::store_full ? Status{Done{}} : cleared;
}

Status Daemon::notice_old_image() {
  const Residence here = residence_of(options_.machine_id, home_.journal_path() + "/" + store::store_file);
  auto opened = Watermark::open(home_.path(watermark_file), here);
  if (!opened) {
    log_.warn("store", "no watermark", {{"why", opened.error().what}});
    return Done{};
  }
  watermark_ = std::move(*opened);
  const Position held = site_->ledger().position;
  const auto noted = watermark_->noted(site_->born());
  if (noted && noted->ledger > held) {
    // They show what came after it, and would pass over what comes now.
    if (auto emptied = empty(*views_); !emptied) return emptied;
    const std::string places =
        "held=" + std::to_string(held.value()) + " noted=" + std::to_string(noted->ledger.value());
    const auto epoch =
        begin_after_image(*site_, "the store is older than it was: " + places, wall_now(), watermark_.get());
    log_.warn("store", "older than it was",
              {{"held", held.value()},
               {"noted", noted->ledger.value()},
               {"epoch", epoch ? std::to_string(epoch->value()) : epoch.error().what}});
    if (!epoch) return epoch.error().code == Code::unknown_outcome ? Status{fail(epoch.error())} : Status{Done{}};
  } else if (const Moved how = noted ? moved(noted->residence, here) : Moved::no; how != Moved::no) {
    const std::string why =
        how == Moved::to_another_machine ? "its home was on another machine" : "it was another file on this machine";
    log_.warn("store", "lives elsewhere than it did", {{"why", why}});
    // They may be another's, of the same length.
    if (auto emptied = empty(*views_); !emptied) return emptied;
    const Status told = begin_after_move(*site_, why, wall_now(), *watermark_);
    if (!told) return told.error().code == Code::unknown_outcome ? told : Status{Done{}};
  }
  watermark_->note(site_->born(), site_->ledger().position);
  return Done{};
}

const Daemon::OfTheDay& Daemon::of_the_day(WallTime now) {
  const rules::Day day = rules::day_of(now, rules::zone_of_china);
  if (day_ != day) of_the_day_ = {extra_fields(rules_, day), roles_of(rules_, day)};
  day_ = day;
  return of_the_day_;
}

void Daemon::on_committed() {
  const Position head = site_->ledger().position;
  if (watermark_) watermark_->note(site_->born(), head);
  ledger_ = head.value();
  turning_ = true;
  if (following_) following_->on_ledger(head);
  if (following_ && std::exchange(healed_, site_->healed()) != site_->healed()) following_->on_healed();
}

void Daemon::run_long(const Call& call, std::function<Response(const Request&)> work) {
  bool idle = false;
  if (!long_running_.compare_exchange_strong(idle, true)) {
    return call.respond(error_response(call.request, {Code::busy, "another verify, backup or rebuild is running", ""}));
  }
  if (long_work_.joinable()) long_work_.join();
  long_work_ = std::thread{[this, request = call.request, respond = call.respond, work = std::move(work)] {
    const Response answer = work(request);
    long_running_ = false;  // first: who has the answer may ask for the next
    respond(answer);
  }};
}

// All of them wait for the follower while there are no views.
static std::uint64_t cases_in(const store::Truth& journal) {
  std::uint64_t cases = 0;
  Bytes last;
  static_cast<void>(journal.view([&](const store::Reading& rows) -> Status {
    rows.scan(store::Table::by_case, {}, [&](ByteView key, ByteView) {
      const ByteView id = key.first(std::min(key.size(), CaseId::size));
      if (same_bytes(id, last)) return true;
      ++cases;
      last = copy_of(id);
      return true;
    });
    return Done{};
  }));
  return cases;
}

void Daemon::add_routes(std::function<void()> refresh) {
  api_->add("GET", "/healthz", Access::anyone, [](const Call& call) {
    call.respond(json_response(200, {{"ok", true}}));
  });
  api_->add("GET", "/readyz", Access::anyone, [this](const Call& call) {
    const bool is_ready = turning_;
    const store::Room room = site_->room();
    call.respond(json_response(is_ready ? 200 : 503, {{"ready", is_ready},
                                                      {"site", home_.keys.site.value()},
                                                      {"full", room == store::Room::full},
                                                      {"room", store::name_of(room)},
                                                      {"views_wait", following_->is_waiting()}}));
  });
  api_->add("GET", "/metrics", Access::anyone, [this, refresh = std::move(refresh)](const Call& call) {
    refresh();
    metrics_.gauge("redress_ledger_position", "Entries in this site's ledger").set(static_cast<double>(ledger_.load()));
    metrics_.gauge("redress_follower_behind", "Ledger entries that the views do not show yet")
        .set(static_cast<double>(ledger_.load() - std::min(ledger_.load(), following_->position().value())));
    const store::Space space = journal_->space();
    metrics_.gauge("redress_store_used_ratio", "How much of its limit the journal uses")
        .set(static_cast<double>(space.used_bytes) / static_cast<double>(space.limit_bytes));
    metrics_.gauge("redress_disk_free_bytes", "What the journal's disk still gives, the ballast not counted")
        .set(static_cast<double>(space.disk_free_bytes));
    metrics_
        .gauge("redress_store_room", "0 ample, 1 views wait, 2 what comes by the line waits, 3 registering is refused")
        .set(static_cast<double>(store::room_of(space)));
    metrics_.gauge("redress_views_waiting", "1 while the views are not written for want of room")
        .set(following_->is_waiting() ? 1 : 0);
    call.respond({200, metrics_.exposition(), "text/plain; version=0.0.4; charset=utf-8", {}});
  });
  add_alarms_route(*api_, *site_);
  api_->add("POST", "/api/v1/verify", Access::any_token,
            [this](const Call& call) { run_long(call, [this](const Request& request) { return verify(request); }); });
  api_->add("POST", "/api/v1/backup", Access::operations, [this](const Call& call) {
    const auto body = json_body(call.request);
    const std::string folder =
        body && body->contains("folder") && (*body)["folder"].is_string() ? (*body)["folder"].get<std::string>() : "";
    if (!fs::path{folder}.is_absolute()) {
      return call.respond(
          error_response(call.request, {Code::bad_value, "an absolute path on this machine", "folder"}));
    }
    run_long(call, [this, folder](const Request& request) { return back_up(request, folder); });
  });
}

Response Daemon::verify(const Request& request) {
  const store::StopAsked is_stopping = [this] { return stopping_.load(); };
  const auto verified = store::verify(*journal_, site_options_, options_.signing_keys_of, random_, is_stopping);
  if (!verified) return error_response(request, verified.error());
  const auto views = following_->has_dropped()
                         ? Result<store::VerifiedViews>{store::VerifiedViews{0, cases_in(*journal_), 0, {}}}
                         : store::verify_views(*journal_, *views_, site_options_, home_.keys.keys.views, kinds_,
                                               due_rules(rules_, kinds_), random_, is_stopping);
  if (!views) return error_response(request, views.error());
  return json_response(200, verified_json(*verified, *views));
}

// What is kept for the journal is not for a copy of it on the same disk (P10).
static bool has_room_for_copy(const store::Space& space, const std::string& journal, fs::path folder) {
  while (!fs::exists(folder) && folder.has_relative_path()) folder = folder.parent_path();
  struct stat here {};
  struct stat there {};
  if (::stat(journal.c_str(), &here) != 0 || ::stat(folder.c_str(), &there) != 0) return true;  // the copy tells
  if (here.st_dev == there.st_dev) return store::views_may_return(space, space.used_bytes);
  std::error_code error;
  const fs::space_info disk = fs::space(folder, error);
  return error || disk.available >= space.used_bytes;
}

Response Daemon::back_up(const Request& request, const std::string& folder) {
  if (!has_room_for_copy(journal_->space(), home_.journal_path(), folder))
    return error_response(request, {Code::store_full, "no room for the copy: folder=" + folder, "folder"});
  const Status copied = journal_->copy_to(folder + "/data/journal");
  if (!copied) return error_response(request, copied.error());
  std::error_code error;
  for (const std::string& path : {home_.path(config_file), home_.path(members_file), home_.keystore_path()}) {
    if (!fs::exists(path)) continue;
    const std::string copy = fs::path{folder} / fs::path{path}.filename();
    fs::copy_file(path, copy, error);
    if (error)
      return error_response(request, {Code::io, "copy file: path=" + path + " reason=" + error.message(), "folder"});
    const Status synced = store::sync_path(copy);
    if (!synced) return error_response(request, synced.error());
  }
  // The names of these files; that of the folder came with the journal's.
  const Status synced = store::sync_path(folder);
  if (!synced) return error_response(request, synced.error());
  return json_response(200, {{"folder", folder}, {"ledger", ledger_.load()}});
}

void Daemon::add_case_routes() {
  readers_ = std::make_unique<ViewReaders>(ViewReadersParts{
      [this] { return Position{ledger_.load()}; },
      // Views that were dropped show nothing, whatever they showed.
      [this] { return following_->has_dropped() ? Position{} : following_->position(); },
      [this](Position until) { following_->hurry(until); },
      [this](std::int64_t ms, std::function<void()> work) { door_->call_later(ms, std::move(work)); }});
  case_api_ =
      std::make_unique<CaseApi>(CaseApiParts{desk_.get(), view_reader_.get(), &kinds_, commands_.get(), &site_options_,
                                             &rules_, case_rules_.get(), similar_.get(), readers_.get(),
                                             [this](std::function<void()> work) { door_->post(std::move(work)); }},
                                *api_);
  case_lists_ = std::make_unique<CaseLists>(CaseListsParts{desk_.get(), view_reader_.get(), search_.get(), &kinds_,
                                                           site_options_.site, readers_.get(), case_rules_.get()},
                                            *api_);
}

Result<Rebuilt> Daemon::rebuild() {
  if (following_->is_waiting())
    return fail(Code::store_full, "the disk is short: the views wait (磁盘空间不足，视图暂不写入)");
  auto beside = Rebuild::begin({&home_, journal_.get(), &site_options_, site_->born(), &kinds_,
                                due_rules(rules_, kinds_), signs_ != nullptr, views_->space().used_bytes,
                                [this] { return journal_->space(); }, [this] { return stopping_.load(); }, &random_});
  if (!beside) return fail(beside.error());
  const Status followed = (*beside)->follow();
  if (!followed) return fail(followed.error());
  Result<Rebuilt> out{fail(Code::draining, "the program stops")};
  const bool done = following_->between([&] {
    follower_->close();
    out = (*beside)->take_place_of(*views_);
    const Status opened = follower_->open();
    if (opened) return;
    following_->on_closed();
    if (out) out = fail(opened.error());
  });
  if (!done) return fail(Code::draining, "the program stops");
  return out;
}

void Daemon::add_rebuild_route() {
  api_->add("POST", "/api/v1/rebuild", Access::operations, [this](const Call& call) {
    run_long(call, [this](const Request& request) {
      const auto rebuilt = rebuild();
      if (!rebuilt) return error_response(request, rebuilt.error());
      log_.info("follower", "views made again",
                {{"ledger", rebuilt->ledger.value()}, {"cases", rebuilt->cases}, {"took_ms", rebuilt->took_ms}});
      return json_response(200, rebuilt_json(*rebuilt));
    });
  });
}

Status Daemon::serve(std::function<void()> refresh) {
  add_routes(std::move(refresh));
  DoorOptions options;
  options.listen = home_.config.door.listen;
  options.hosts = home_.config.door.hosts;
  options.language = home_.config.site.language;
  options.refuse = [this](const Request& request, const Error& error) { return api_->refuse(request, error); };
  if (!home_.config.door.certificate.empty()) {
    const std::string config_path = home_.path(config_file);
    auto tls = crypto::TlsServer::open(beside(config_path, home_.config.door.certificate),
                                       beside(config_path, home_.config.door.key));
    if (!tls) return fail(tls.error());
    tls_ = std::move(*tls);
    options.ssl_ctx = tls_->native();
  }
  following_ = std::make_unique<Following>(
      *follower_, Allowance{[this] { return journal_->space(); }, [this] { return drop_views(); }}, log_,
      [this] { door_->post([this] { readers_->on_followed(); }); });
  add_case_routes();
  add_rebuild_route();
  add_kind_routes(*api_, kinds_, editions_, [this] {
    const OfTheDay& today = of_the_day(wall_now());
    return FormRules{today.extra_fields, today.roles};
  });
  auto door = Door::open(
      options, [this](const Request& request, const Respond& respond) { api_->handle(request, respond); }, random_);
  if (!door) return fail(door.error());
  door_ = std::move(*door);
  if (!follows_) following_->on_closed();
  following_->start();
  following_->on_ledger(Position{ledger_.load()});
  following_->on_healed();  // before the last stop, perhaps
  door_->start();
  const std::string host = host_to_call(options.listen.substr(0, options.listen.rfind(':')));
  const std::string url = (tls_ ? "https://" : "http://") + host + ":" + std::to_string(door_->port());
  tell_where(home_, url_file, url, log_);
  return Done{};
}

Result<std::uint64_t> Daemon::drop_views() {
  follower_->close();
  const std::uint64_t bytes = views_->space().used_bytes;
  std::error_code ignored;
  fs::remove_all(set_aside_beside(home_.views_path()), ignored);
  const Status cleared = views_->clear();
  if (!cleared) return fail(cleared.error());
  return bytes;
}

void Daemon::stop() {
  turning_ = false;
  stopping_ = true;
  if (commands_) commands_->close();
  if (door_) door_->stop();
  if (following_) following_->stop();
  if (long_work_.joinable()) long_work_.join();
}

}  // namespace redress::shell
