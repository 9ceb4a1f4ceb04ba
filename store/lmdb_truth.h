// The truth on LMDB 0.9: default durability, always; one environment a folder, one process a folder.
//
// The map grows by itself, between two updates, when no reader is in. When map or disk are full the update fails, the
// ballast is let go, and the next one finds room for what is small; how much room there is: store/room.h.
//
// What is small, and somebody waits for, is kept in one piece before it is committed (store/redo.h).
//
// A resource. Not opened twice in a process; no fork while open; local file systems only.
#pragma once

#include <memory>
#include <vector>

#include "store/truth.h"

namespace redress::store {

struct Kept;

inline constexpr const char* store_file = "data.mdb";  // in its folder: the tables

struct LmdbOptions {
  std::string folder;
  std::vector<Table> tables;
  std::size_t map_bytes = std::size_t{4} << 30;  // address space at first; the file grows as needed
  std::size_t limit_bytes = 0;                   // how far the map may grow; at least map_bytes
  std::uint64_t ballast_bytes = 0;               // of the file <folder>.ballast; 0: none
  bool redo = false;                             // updates may be saved before they are committed
};

// What was written of this file or folder, until now, is on the disk. Fails with io.
[[nodiscard]] Status sync_path(const std::string& path);

[[nodiscard]] std::vector<Table> journal_tables();
[[nodiscard]] std::vector<Table> views_tables();

class LmdbTruth final : public Truth {
 public:
  // Opens the environment, or creates it: beside, committed, synced, renamed, folder synced, because LMDB's own
  // creation does not survive a power cut. What was saved and not committed is committed now. Fails with in_use,
  // newer_format, damaged, io, or store_full if that has no room, naming the folder.
  [[nodiscard]] static Result<std::unique_ptr<LmdbTruth>> open(const LmdbOptions& options);
  ~LmdbTruth() override;
  LmdbTruth(const LmdbTruth&) = delete;
  LmdbTruth& operator=(const LmdbTruth&) = delete;

  using Truth::update;
  [[nodiscard]] Status update(const std::function<Status(Writing&)>& change,
                              const std::function<void()>& saved) override;
  [[nodiscard]] Status view(const std::function<Status(const Reading&)>& look) const override;
  [[nodiscard]] Space space() const override;
  [[nodiscard]] Status copy_to(const std::string& folder) const override;

  // Makes the store anew, empty, so that the disk gets back what it held. By the thread that updates. Fails with busy
  // if readers do not leave, and nothing happened; after anything else there is no store, every use of it fails, and a
  // clear() that succeeds makes one: also after an unknown_outcome, and after a replace_with() that failed.
  [[nodiscard]] Status clear();
  // Puts the store that lies in `folder`, closed and of the same tables, in the place of this one. By the thread that
  // updates. Fails with busy if readers do not leave, and nothing happened; after anything else as clear().
  [[nodiscard]] Status replace_with(const std::string& folder);

 private:
  struct Handle;
  // Commits what the redo file has for the next transaction, if it has that; after it the file has nothing.
  [[nodiscard]] Status finish_saved();
  [[nodiscard]] Status carry_out(const Kept& kept);
  explicit LmdbTruth(std::unique_ptr<Handle> handle);
  const std::unique_ptr<Handle> handle_;
};

}  // namespace redress::store
