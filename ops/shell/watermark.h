// How far this machine's journal store has been: a small file in the home, outside the store (D25).
//
// Written after a commit and not synced, so that it may be behind the store and is never ahead of it. If it is, what
// stands there is an image that was put back, and it says so before the first contact does. An image of the whole disk
// takes the file along: that one is noticed by whoever it meets.
//
// A resource; one thread, the loop's. begin_after_image() is for whoever holds the site.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "store/site.h"

namespace redress::shell {

inline constexpr const char* watermark_file = "watermark";

class Watermark {
 public:
  // Opens the file or makes it, mode 0600. Fails with io.
  [[nodiscard]] static Result<std::unique_ptr<Watermark>> open(const std::string& path);
  ~Watermark();
  Watermark(const Watermark&) = delete;
  Watermark& operator=(const Watermark&) = delete;

  // How long the ledger was that was begun in this epoch. Nothing: none was noted, another store's was, or the file is
  // torn.
  [[nodiscard]] std::optional<Position> noted(Epoch born) const;
  // Replaces what was noted. What cannot be written is lost: the file is behind then.
  void note(Epoch born, Position ledger);

 private:
  explicit Watermark(int descriptor) : descriptor_{descriptor} {}

  const int descriptor_;
  std::optional<std::pair<Epoch, Position>> last_;  // written by us
};

// A store that is an old image must not go on where it ended: what came after may be at its peers. Begins an epoch and
// raises the alarm; `why` is head office's reason. Fails as Site::commit() does.
[[nodiscard]] Result<Epoch> begin_after_image(store::Site& site, const std::string& why, WallTime now);

}  // namespace redress::shell
