// What both programs are made of beside their link: the stores, the site, the follower, the door with its API.
//
// Built by main. The loop's thread owns site(); the door and the follower have their own threads. Whatever is given by
// reference outlives it. Wiring only: each part says its own rules.
#pragma once

#include <memory>
#include <thread>

#include "crypto/random.h"
#include "crypto/tls.h"
#include "ops/shell/case_api.h"
#include "ops/shell/case_lists.h"
#include "ops/shell/following.h"
#include "ops/shell/home.h"
#include "ops/shell/log.h"
#include "ops/shell/rebuild.h"
#include "ops/shell/watermark.h"
#include "store/lmdb_truth.h"
#include "store/verify_views.h"

namespace redress::shell {

// How a search comes to the entries that it compares (D26).
enum class Searching {
  opens_all,      // the newest first: a branch
  by_signatures,  // which the follower keeps: head office
};

struct DaemonOptions {
  const store::Pairwise* pairwise = nullptr;
  const store::Router* router = nullptr;                   // head office only
  SiteId parent;                                           // a branch's
  std::function<std::optional<SiteId>(SiteId)> parent_of;  // head office only
  store::SigningKeysOf signing_keys_of;
  Searching searching = Searching::opens_all;
  std::string machine_id = machine_id_file;
};

class Daemon {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Daemon>> open(const Home& home, const DaemonOptions& options, Log& log);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Adds the routes that both programs have, opens the door and starts the follower. Call once, after the program's own
  // routes were added. `refresh` brings the gauges up to date before they are shown; on the door's thread.
  [[nodiscard]] Status serve(std::function<void()> refresh);
  // Finishes answers in flight, joins the threads. A verify or rebuild that runs ends at once, as draining; a backup is
  // waited for.
  void stop();

  // The loop: a commit has returned; readers may wait for what is in it.
  void on_committed();

  [[nodiscard]] store::Site& site() noexcept { return *site_; }
  [[nodiscard]] Api& api() noexcept { return *api_; }
  [[nodiscard]] Metrics& metrics() noexcept { return metrics_; }
  [[nodiscard]] CommandQueue& commands() noexcept { return *commands_; }
  [[nodiscard]] Wake& wake() noexcept { return *wake_; }
  [[nodiscard]] Random& random() noexcept { return random_; }
  [[nodiscard]] Door& door() noexcept { return *door_; }
  [[nodiscard]] store::Truth& journal() noexcept { return *journal_; }
  [[nodiscard]] store::Catalogue& catalogue() noexcept { return catalogue_; }
  [[nodiscard]] const casework::Kinds& kinds() const noexcept { return kinds_; }
  [[nodiscard]] const Rulebook& rules() const noexcept { return rules_; }
  [[nodiscard]] const journal::Signer& signer() const noexcept { return *signer_; }
  [[nodiscard]] const store::SiteOptions& site_options() const noexcept { return site_options_; }

 private:
  Daemon(const Home& home, const DaemonOptions& options, Log& log);
  [[nodiscard]] Status open_stores();
  // Views that cannot be opened are set aside and begun anew: fails only if that cannot be had either, or with in_use.
  [[nodiscard]] Status open_views();
  // Makes the follower and opens it. No start depends on views that it cannot go on with: they are begun anew, here or
  // by its thread when the disk has room.
  void open_follower();
  void set_views_aside(const Error& why);
  // If the journal is older than it was, the views begin anew, and it begins an epoch; if it lives elsewhere than it
  // did, begin_after_move(). Where that is refused, the first contact finds out. Fails with unknown_outcome, or as the
  // views' store does.
  [[nodiscard]] Status notice_old_image();
  void add_routes(std::function<void()> refresh);
  void add_case_routes();
  void add_rebuild_route();
  // Of the rules, as they are on a day; read once a day. The door's thread.
  struct OfTheDay {
    std::vector<rules::ExtraField> extra_fields;
    std::vector<NamedRole> roles;
  };
  [[nodiscard]] const OfTheDay& of_the_day(WallTime now);
  // The follower's thread, as Allowance says.
  [[nodiscard]] Result<std::uint64_t> drop_views();
  // On the thread of what takes long: the views made again, beside, and put in the place of those in use.
  [[nodiscard]] Result<Rebuilt> rebuild();
  [[nodiscard]] Response verify(const Request& request);
  [[nodiscard]] Response back_up(const Request& request, const std::string& folder);
  // Runs what takes as long as the store is large, beside the door; one at a time, busy otherwise.
  void run_long(const Call& call, std::function<Response(const Request&)> work);

  const Home& home_;
  DaemonOptions options_;
  Log& log_;
  crypto::SystemRandom random_;
  Metrics metrics_;
  casework::Kinds kinds_;
  Rulebook rules_;
  std::vector<casework::CodeEdition> editions_;
  std::unique_ptr<CaseRules> case_rules_;
  std::optional<rules::Day> day_;  // of what follows
  OfTheDay of_the_day_;
  std::unique_ptr<journal::Signer> signer_;
  store::SiteOptions site_options_;
  std::unique_ptr<store::LmdbTruth> journal_;
  std::unique_ptr<store::LmdbTruth> views_;
  std::unique_ptr<store::Site> site_;
  std::unique_ptr<store::SignTail> signs_;  // null: none are kept
  store::Catalogue catalogue_;
  std::unique_ptr<Watermark> watermark_;  // null: it cannot be opened
  std::unique_ptr<store::Follower> follower_;
  bool follows_ = false;  // at start: the follower stands open
  std::unique_ptr<store::Views> view_reader_;
  std::unique_ptr<store::Search> search_;
  std::unique_ptr<store::Similar> similar_;
  std::unique_ptr<store::Desk> desk_;
  store::Serial serial_{0};
  std::unique_ptr<Wake> wake_;
  std::unique_ptr<CommandQueue> commands_;
  std::unique_ptr<Tokens> tokens_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<ViewReaders> readers_;
  std::unique_ptr<CaseApi> case_api_;
  std::unique_ptr<CaseLists> case_lists_;
  std::unique_ptr<crypto::TlsServer> tls_;
  std::unique_ptr<Door> door_;
  std::unique_ptr<Following> following_;
  std::atomic<std::uint64_t> ledger_{0};
  std::uint64_t healed_ = 0;  // the loop's: as the follower was told
  std::atomic<bool> stopping_{false};
  std::atomic<bool> turning_{false};  // the loop has made its first turn and is not stopping
  std::atomic<bool> long_running_{false};
  std::thread long_work_;
};

// Every entry on a line of its own, for --check-config and start-up.
void log_errors(Log& log, const std::vector<Error>& errors);

}  // namespace redress::shell
