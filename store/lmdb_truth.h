// The truth on LMDB 0.9: default durability, always; one environment a folder, one process a folder.
//
// A resource. Not opened twice in a process; no fork while open; local file systems only.
#pragma once

#include <memory>
#include <vector>

#include "store/truth.h"

namespace redress::store {

struct LmdbOptions {
  std::string folder;
  std::vector<Table> tables;
  std::size_t map_bytes = std::size_t{4} << 30;  // address space; the file grows as needed
};

[[nodiscard]] std::vector<Table> journal_tables();
[[nodiscard]] std::vector<Table> views_tables();

class LmdbTruth final : public Truth {
 public:
  // Opens the environment, or creates it: beside, committed, synced, renamed, folder synced, because LMDB's own
  // creation does not survive a power cut. Fails with in_use, newer_format, damaged or io, naming the folder.
  [[nodiscard]] static Result<std::unique_ptr<LmdbTruth>> open(const LmdbOptions& options);
  ~LmdbTruth() override;
  LmdbTruth(const LmdbTruth&) = delete;
  LmdbTruth& operator=(const LmdbTruth&) = delete;

  [[nodiscard]] Status update(const std::function<Status(Writing&)>& change) override;
  [[nodiscard]] Status view(const std::function<Status(const Reading&)>& look) const override;
  [[nodiscard]] Space space() const override;
  [[nodiscard]] Status copy_to(const std::string& folder) const override;

 private:
  struct Handle;
  explicit LmdbTruth(std::unique_ptr<Handle> handle);
  const std::unique_ptr<Handle> handle_;
};

}  // namespace redress::store
