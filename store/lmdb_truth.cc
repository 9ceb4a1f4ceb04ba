#include "store/lmdb_truth.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "protocol/base/failpoint.h"
#include "protocol/base/limits.h"
#include "store/ballast.h"
#include "store/gate.h"
#include "store/redo.h"
#include "store/room.h"

namespace redress::store {
namespace fs = std::filesystem;
namespace {

// More than one update can need: its entries, their places in feeds, and the pages that are copied for them.
constexpr std::uint64_t headroom_bytes = 8 * limits::commit_bytes_max;
constexpr std::uint64_t map_step_bytes = std::uint64_t{64} << 10;
constexpr std::chrono::milliseconds urgent_patience{500};
constexpr std::chrono::milliseconds clear_patience{2'000};

MDB_val val(ByteView bytes) { return {bytes.size(), const_cast<std::byte*>(bytes.data())}; }
ByteView bytes_of(const MDB_val& value) { return {static_cast<const std::byte*>(value.mv_data), value.mv_size}; }

Code code_of(int rc) {
  switch (rc) {
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
      return Code::store_full;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
      return Code::damaged;
    case MDB_VERSION_MISMATCH:
      return Code::newer_format;
    default:
      return Code::io;
  }
}

Unexpected<Error> failed(const char* act, int rc, const std::string& folder) {
  return fail(code_of(rc), std::string{act} + ": folder=" + folder + " reason=" + mdb_strerror(rc));
}

// LMDB calls a write that the disk took only half of EIO. What it wrote belongs to the commit that failed, so nothing
// that was there before is in doubt.
bool is_short_write(int rc, const std::string& folder) {
  struct statvfs disk {};
  return rc == EIO && ::statvfs(folder.c_str(), &disk) == 0 &&
         std::uint64_t{disk.f_bavail} * disk.f_frsize < limits::commit_bytes_max;
}

struct EnvCloser {
  void operator()(MDB_env* env) const { mdb_env_close(env); }
};
using EnvHandle = std::unique_ptr<MDB_env, EnvCloser>;

class LmdbReading : public Writing {
 public:
  // `changes`, if not null, takes what is written.
  LmdbReading(MDB_txn* txn, const std::array<MDB_dbi, table_count>& tables, Changes* changes = nullptr)
      : txn_{txn}, tables_{tables}, changes_{changes} {}

  std::optional<Bytes> get(Table table, ByteView key) const override {
    MDB_val k = val(key);
    MDB_val v{};
    const int rc = mdb_get(txn_, dbi(table), &k, &v);
    if (rc == 0) return copy_of(bytes_of(v));
    note(rc);
    return std::nullopt;
  }

  void scan(Table table, ByteView from, const std::function<bool(ByteView, ByteView)>& visit) const override {
    Cursor cursor{*this, table};
    MDB_val k = val(from);
    MDB_val v{};
    int rc = cursor.get(&k, &v, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
    for (; rc == 0; rc = cursor.get(&k, &v, MDB_NEXT)) {
      if (!visit(bytes_of(k), bytes_of(v))) return;
    }
    note(rc);
  }

  std::optional<Row> last_below(Table table, ByteView bound) const override {
    Cursor cursor{*this, table};
    MDB_val k = val(bound);
    MDB_val v{};
    int rc = cursor.get(&k, &v, MDB_SET_RANGE);
    rc = rc == MDB_NOTFOUND ? cursor.get(&k, &v, MDB_LAST) : rc == 0 ? cursor.get(&k, &v, MDB_PREV) : rc;
    if (rc == 0) return Row{copy_of(bytes_of(k)), copy_of(bytes_of(v))};
    note(rc);
    return std::nullopt;
  }

  void put(Table table, ByteView key, ByteView value, Order order) override {
    if (rc_ != 0) return;
    MDB_val k = val(key);
    MDB_val v = val(value);
    note(mdb_put(txn_, dbi(table), &k, &v, order == Order::last ? MDB_APPEND : 0U));
    if (changes_ != nullptr) changes_->put(table, key, value, order);
  }

  void erase(Table table, ByteView key) override {
    if (rc_ != 0) return;
    MDB_val k = val(key);
    note(mdb_del(txn_, dbi(table), &k, nullptr));
    if (changes_ != nullptr) changes_->erase(table, key);
  }

  [[nodiscard]] int failure() const { return rc_; }

 private:
  class Cursor {
   public:
    Cursor(const LmdbReading& in, Table table) {
      if (const int rc = mdb_cursor_open(in.txn_, in.dbi(table), &cursor_); rc != 0) in.note(rc);
    }
    ~Cursor() {
      if (cursor_ != nullptr) mdb_cursor_close(cursor_);
    }
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;
    int get(MDB_val* k, MDB_val* v, MDB_cursor_op op) {
      return cursor_ == nullptr ? MDB_NOTFOUND : mdb_cursor_get(cursor_, k, v, op);
    }

   private:
    MDB_cursor* cursor_ = nullptr;
  };

  [[nodiscard]] MDB_dbi dbi(Table table) const { return tables_[static_cast<std::size_t>(table)]; }
  void note(int rc) const {
    if (rc != 0 && rc != MDB_NOTFOUND && rc_ == 0) rc_ = rc;
  }

  MDB_txn* txn_;
  const std::array<MDB_dbi, table_count>& tables_;
  Changes* changes_;
  mutable int rc_ = 0;  // the first failure; sticky, so that a change with a hole in it is never committed
};

// Opens an environment and its tables in one committed transaction, since a handle opened in an aborted one is dead.
Result<EnvHandle> open_env_at(const LmdbOptions& options, const std::string& folder,
                              std::array<MDB_dbi, table_count>& dbis) {
  MDB_env* raw = nullptr;
  if (const int rc = mdb_env_create(&raw); rc != 0) return failed("create environment", rc, folder);
  EnvHandle env{raw};
  mdb_env_set_mapsize(raw, options.map_bytes);
  mdb_env_set_maxdbs(raw, table_count);
  mdb_env_set_maxreaders(raw, 126);
  // Readers belong to transactions, not threads; nothing here weakens durability.
  if (const int rc = mdb_env_open(raw, folder.c_str(), MDB_NOTLS, 0600); rc != 0)
    return failed("open environment", rc, folder);
  int dead = 0;
  mdb_reader_check(raw, &dead);
  MDB_txn* txn = nullptr;
  if (const int rc = mdb_txn_begin(raw, nullptr, 0, &txn); rc != 0) return failed("begin", rc, folder);
  for (const Table table : options.tables) {
    const auto index = static_cast<std::size_t>(table);
    const int rc = mdb_dbi_open(txn, table_names[index], MDB_CREATE, &dbis[index]);
    if (rc != 0) {
      mdb_txn_abort(txn);
      return failed("open table", rc, folder);
    }
  }
  LmdbReading tables{txn, dbis};
  const Table marker = options.tables.back();
  const auto format = tables.get(marker, view_of(format_key));
  if (format && text_of(*format) != format_now) {
    mdb_txn_abort(txn);
    return fail(Code::newer_format, "open store: folder=" + folder + " format=" + std::string{text_of(*format)});
  }
  if (!format) tables.put(marker, view_of(format_key), view_of(format_now), Order::any);
  if (const int rc = mdb_txn_commit(txn); rc != 0) return failed("commit tables", rc, folder);
  return env;
}

std::string around(const fs::path& folder) { return folder.has_parent_path() ? folder.parent_path().string() : "."; }

Status create_beside(const LmdbOptions& options) {
  const fs::path beside = options.folder + ".new";
  std::error_code ignored;
  fs::remove_all(beside, ignored);
  std::error_code error;
  fs::create_directories(beside, error);
  if (error) return fail(Code::io, "create folder: path=" + beside.string() + " reason=" + error.message());
  fs::permissions(beside, fs::perms::owner_all, error);
  {
    std::array<MDB_dbi, table_count> dbis{};
    auto env = open_env_at(options, beside.string(), dbis);
    if (!env) return fail(env.error());
  }
  for (const fs::path& path : {beside / store_file, beside}) {
    const Status synced = sync_path(path.string());
    if (!synced) return synced;
  }
  REDRESS_FAILPOINT("store.made");
  fs::rename(beside, options.folder, error);
  if (error) return fail(Code::io, "rename: path=" + options.folder + " reason=" + error.message());
  REDRESS_FAILPOINT("store.renamed");
  return sync_path(around(options.folder));
}

}  // namespace

Status sync_path(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool ok = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!ok) return fail(Code::io, "sync: path=" + path);
  return Done{};
}

std::vector<Table> journal_tables() {
  return {Table::entries, Table::places,  Table::streams,  Table::checkpoints, Table::receipts,
          Table::keyring, Table::by_case, Table::standing, Table::marks,       Table::local};
}

std::vector<Table> views_tables() {
  return {Table::cases, Table::numbers, Table::signs, Table::unread, Table::progress};
}

struct LmdbTruth::Handle {
  explicit Handle(const LmdbOptions& chosen)
      : options{chosen}, folder{chosen.folder}, ballast{chosen.folder + ".ballast", chosen.ballast_bytes} {
    options.limit_bytes = std::max(options.limit_bytes, options.map_bytes);
  }
  ~Handle() {
    env.reset();
    if (lock_fd >= 0) ::close(lock_fd);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  [[nodiscard]] std::uint64_t used_bytes() const {
    MDB_envinfo info{};
    MDB_stat stat{};
    mdb_env_info(env.get(), &info);
    mdb_env_stat(env.get(), &stat);
    return (info.me_last_pgno + 1) * stat.ms_psize;
  }
  [[nodiscard]] Status open_env();
  [[nodiscard]] std::string redo_path() const { return folder + "/" + redo_file; }
  // Keeps what `txn` will commit, and tells `saved`; no view begins from then on, until it is committed.
  enum class Ahead { untried, failed, saved };
  [[nodiscard]] Ahead save(MDB_txn* txn, const Changes& changes, const std::function<void()>& saved);
  // Before an update: the ballast back if there is room for it, the map wider if it will be short.
  void make_room();
  void grow(std::uint64_t used);

  LmdbOptions options;
  const std::string folder;
  int lock_fd = -1;
  EnvHandle env;
  std::array<MDB_dbi, table_count> dbis{};
  bool poisoned = false;  // a commit failed half-way: only a new start tells what is there
  std::size_t map_bytes = 0;
  Ballast ballast;
  std::unique_ptr<Redo> redo;  // null: none
  mutable Gate gate;           // readers are inside while the map is theirs
};

Status LmdbTruth::Handle::open_env() {
  auto opened = open_env_at(options, folder, dbis);
  if (!opened) return fail(opened.error());
  env = std::move(*opened);
  MDB_envinfo info{};
  mdb_env_info(env.get(), &info);
  map_bytes = info.me_mapsize;
  return Done{};
}

LmdbTruth::Handle::Ahead LmdbTruth::Handle::save(MDB_txn* txn, const Changes& changes,
                                                 const std::function<void()>& saved) {
  if (!redo || !saved || !changes.fits() || changes.bytes().empty()) return Ahead::untried;
  if (!redo->keep(mdb_txn_id(txn), changes)) return Ahead::failed;
  REDRESS_FAILPOINT("store.saved");
  gate.close_behind();
  saved();
  return Ahead::saved;
}

void LmdbTruth::Handle::make_room() {
  const std::uint64_t used = used_bytes();
  if (used + kept_bytes({used, options.limit_bytes}) <= options.limit_bytes) ballast.keep();
  const std::uint64_t left = map_bytes - std::min<std::uint64_t>(used, map_bytes);
  if (left < std::max<std::uint64_t>(map_bytes / 4, headroom_bytes)) grow(used);
}

void LmdbTruth::Handle::grow(std::uint64_t used) {
  // With the ballast let go, the map may take its size beyond the limit.
  const std::uint64_t most = options.limit_bytes + (ballast.is_there() ? 0 : options.ballast_bytes);
  const std::uint64_t disk_free = ballast.free_bytes();
  const std::uint64_t disk = disk_free > most ? most : used + disk_free + ballast.bytes();
  const std::uint64_t wanted = std::max<std::uint64_t>(2 * map_bytes, used + headroom_bytes);
  const std::uint64_t to = std::min({wanted, most, disk}) / map_step_bytes * map_step_bytes;
  if (to <= map_bytes) return;
  // A quiet moment is looked for long before one must be had.
  const bool urgent = map_bytes - std::min<std::uint64_t>(used, map_bytes) < headroom_bytes;
  if (!gate.close_within(urgent ? urgent_patience : std::chrono::milliseconds{0})) return;
  if (mdb_env_set_mapsize(env.get(), to) == 0) {
    map_bytes = to;
  } else if (mdb_env_set_mapsize(env.get(), map_bytes) != 0) {
    poisoned = true;  // there is no map at all now
  }
  gate.open();
}

LmdbTruth::LmdbTruth(std::unique_ptr<Handle> handle) : handle_{std::move(handle)} {}
LmdbTruth::~LmdbTruth() = default;

Result<std::unique_ptr<LmdbTruth>> LmdbTruth::open(const LmdbOptions& options) {
  auto handle = std::make_unique<Handle>(options);
  const std::string lock = options.folder + ".lock";
  std::error_code error;
  fs::create_directories(fs::path{options.folder}.parent_path(), error);
  handle->lock_fd = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (handle->lock_fd < 0) return fail(Code::io, "open lock: path=" + lock + " reason=" + std::strerror(errno));
  if (::flock(handle->lock_fd, LOCK_EX | LOCK_NB) != 0)
    return fail(Code::in_use, "another process holds " + options.folder);
  if (!fs::exists(options.folder)) {
    const Status created = create_beside(options);
    if (!created) return fail(created.error());
  }
  const Status opened = handle->open_env();
  if (!opened) return fail(opened.error());
  auto truth = std::unique_ptr<LmdbTruth>{new LmdbTruth{std::move(handle)}};
  const Status finished = truth->finish_saved();
  if (!finished) return fail(finished.error());
  if (options.redo) {
    // Without it everything is told after its commit.
    auto redo = Redo::open(truth->handle_->redo_path());
    if (redo && sync_path(options.folder)) truth->handle_->redo = std::move(*redo);
  }
  return truth;
}

Status LmdbTruth::finish_saved() {
  const auto kept = kept_at(handle_->redo_path());
  if (!kept) return fail(kept.error());
  if (!*kept) return Done{};
  MDB_envinfo info{};
  mdb_env_info(handle_->env.get(), &info);
  // Any other is of a transaction that was committed, or of a store that lay here before.
  if ((*kept)->transaction == info.me_last_txnid + 1) {
    const Status done = carry_out(**kept);
    if (!done) return done;
  }
  return forget_kept(handle_->redo_path());
}

Status LmdbTruth::carry_out(const Kept& kept) {
  const auto change = [&](Writing& to) -> Status {
    if (!kept.carry_out(to)) return fail(Code::damaged, "what was saved: path=" + handle_->redo_path());
    return Done{};
  };
  const Status done = update(change);
  // The ballast has been let go by now.
  return done || done.error().code != Code::store_full ? done : update(change);
}

Status LmdbTruth::update(const std::function<Status(Writing&)>& change, const std::function<void()>& saved) {
  Handle& h = *handle_;
  // After one of these only a new start tells what is on the disk.
  const auto poison = [&h](const char* act, int rc) {
    h.poisoned = true;
    return fail(Code::unknown_outcome, std::string{act} + ": folder=" + h.folder + " reason=" + mdb_strerror(rc));
  };
  if (h.poisoned) return fail(Code::unknown_outcome, "an earlier commit failed; start again: folder=" + h.folder);
  h.make_room();
  if (h.poisoned) return poison("grow the map", ENOMEM);
  MDB_txn* txn = nullptr;
  if (const int rc = mdb_txn_begin(h.env.get(), nullptr, 0, &txn); rc != 0) {
    return rc == MDB_PANIC ? poison("begin", rc) : failed("begin", rc, h.folder);
  }
  Changes changes;
  LmdbReading writing{txn, h.dbis, saved && h.redo ? &changes : nullptr};
  const Status changed = change(writing);
  if (!changed || writing.failure() != 0) {
    mdb_txn_abort(txn);
    if (writing.failure() == 0) return changed;
    const int rc = writing.failure();
    const bool lost = rc == EIO || rc == MDB_PANIC || code_of(rc) == Code::damaged;
    if (code_of(rc) == Code::store_full) h.ballast.let_go();
    return lost ? poison("write", rc) : failed("write", rc, h.folder);
  }
  REDRESS_FAILPOINT("store.written");
  const Handle::Ahead ahead = h.save(txn, changes, saved);
  const int rc = mdb_txn_commit(txn);
  REDRESS_FAILPOINT("store.committed");
  const auto opened = [&](Status status) {
    if (ahead == Handle::Ahead::saved) h.gate.open();
    return status;
  };
  if (rc == 0) return opened(Done{});
  // Data pages that do not fit leave everything as it was; a meta page that could not be written leaves an environment
  // that refuses to begin again.
  const bool no_room = code_of(rc) == Code::store_full || is_short_write(rc, h.folder);
  if (no_room && mdb_txn_begin(h.env.get(), nullptr, 0, &txn) == 0) {
    mdb_txn_abort(txn);
    h.ballast.let_go();
    if (ahead == Handle::Ahead::untried) return failed("commit", ENOSPC, h.folder);
    // What is kept, or may be, is not taken back. The file is for the next start: what it has is here too.
    if (ahead == Handle::Ahead::saved && carry_out({0, changes.bytes()})) return opened(Done{});
  }
  return opened(poison("commit", rc));
}

Status LmdbTruth::view(const std::function<Status(const Reading&)>& look) const {
  const Gate::Inside inside{handle_->gate};
  if (!handle_->env) return fail(Code::io, "no store: folder=" + handle_->folder);
  MDB_txn* txn = nullptr;
  const int begun = mdb_txn_begin(handle_->env.get(), nullptr, MDB_RDONLY, &txn);
  if (begun != 0) return failed("begin read", begun, handle_->folder);
  const LmdbReading reading{txn, handle_->dbis};
  const Status looked = look(reading);
  mdb_txn_abort(txn);
  if (looked && reading.failure() != 0) return failed("read", reading.failure(), handle_->folder);
  return looked;
}

Space LmdbTruth::space() const {
  const Gate::Inside inside{handle_->gate};
  const std::uint64_t used = handle_->env ? handle_->used_bytes() : 0;
  return {used, handle_->options.limit_bytes, handle_->ballast.free_bytes()};
}

Status LmdbTruth::clear() {
  Handle& h = *handle_;
  if (!h.gate.close_within(clear_patience)) return fail(Code::busy, "readers do not leave: folder=" + h.folder);
  h.env.reset();
  std::error_code error;
  fs::remove_all(h.folder, error);
  Status made = error ? Status{fail(Code::io, "remove: path=" + h.folder + " reason=" + error.message())}
                      : create_beside(h.options);
  if (made) made = h.open_env();
  h.poisoned = !made;
  h.gate.open();
  return made;
}

Status LmdbTruth::replace_with(const std::string& folder) {
  Handle& h = *handle_;
  if (!h.gate.close_within(clear_patience)) return fail(Code::busy, "readers do not leave: folder=" + h.folder);
  h.env.reset();
  const std::string old = h.folder + ".old";
  std::error_code error;
  fs::remove_all(old, error);
  if (!error) fs::rename(h.folder, old, error);
  if (!error) fs::rename(folder, h.folder, error);
  // If the program ends between the two, its next start makes an empty store.
  Status made = error ? Status{fail(Code::io, "rename: path=" + folder + " reason=" + error.message())}
                      : sync_path(around(h.folder));
  if (made) made = h.open_env();
  h.poisoned = !made;
  h.gate.open();
  fs::remove_all(old, error);
  return made;
}

Status LmdbTruth::copy_to(const std::string& folder) const {
  const Gate::Inside inside{handle_->gate};
  std::error_code error;
  std::vector<std::string> synced{folder};
  for (fs::path made = folder; made.has_relative_path() && !fs::exists(made, error); made = made.parent_path())
    synced.push_back(around(made));
  fs::create_directories(folder, error);
  if (error) return fail(Code::io, "create folder: path=" + folder + " reason=" + error.message());
  const bool is_empty = fs::is_empty(folder, error);
  if (error) return fail(Code::io, "read folder: path=" + folder + " reason=" + error.message());
  if (!is_empty) return fail(Code::in_use, "the folder is not empty: path=" + folder);
  fs::permissions(folder, fs::perms::owner_all, error);
  const std::string copy = folder + "/" + store_file;
  const int rc = mdb_env_copy2(handle_->env.get(), folder.c_str(), MDB_CP_COMPACT);
  if (rc != 0) {
    fs::remove(copy, error);  // half a copy is none
    return failed("copy", rc, folder);
  }
  Status done = sync_path(copy);
  for (std::size_t i = 0; done && i < synced.size(); ++i) done = sync_path(synced[i]);
  return done;
}

}  // namespace redress::store
