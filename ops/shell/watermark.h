// How far this machine's journal store has been, and where it lives: a small file in the home, outside the store (D25).
//
// Written after a commit and not synced, so that it may be behind the store and is never ahead of it. If it is, what
// stands there is an image that was put back, and it says so before the first contact does. An image of the whole disk
// takes the file along: if it wakes up on another machine, or the store is another file now, the file says so; if not,
// whoever it meets does.
//
// A resource; one thread, the loop's. begin_after_image() is for whoever holds the site.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ops/shell/residence.h"
#include "store/site.h"

namespace redress::shell {

inline constexpr const char* watermark_file = "watermark";

struct Noted {
  Position ledger;  // how long it was
  Residence residence;
};

class Watermark {
 public:
  // Opens the file or makes it, mode 0600; `here` is where the store lives now. Fails with io.
  [[nodiscard]] static Result<std::unique_ptr<Watermark>> open(const std::string& path, const Residence& here);
  ~Watermark();
  Watermark(const Watermark&) = delete;
  Watermark& operator=(const Watermark&) = delete;

  // Of the ledger that was begun in this epoch. Nothing: none was noted, another store's was, or the file is torn. An
  // earlier program's file says nothing of where.
  [[nodiscard]] std::optional<Noted> noted(Epoch born) const;
  // Replaces what was noted. What cannot be written is lost: the file is behind then.
  void note(Epoch born, Position ledger);
  // What was noticed could not be told: nothing more is noted, so that the next start notices it again.
  void hold() { held_ = true; }

 private:
  Watermark(int descriptor, const Residence& here) : descriptor_{descriptor}, here_{here} {}

  const int descriptor_;
  const Residence here_;
  std::optional<std::pair<Epoch, Position>> last_;  // written by us
  bool held_ = false;
};

// A store that is an old image must not go on where it ended: what came after may be at its peers. Begins an epoch and
// raises the alarm; `why` is head office's reason. Fails as Site::commit() does; `mark`, if there is one, is held then.
[[nodiscard]] Result<Epoch> begin_after_image(store::Site& site, const std::string& why, WallTime now,
                                              Watermark* mark = nullptr);

// A store that lives elsewhere than it did may live there too. Raises the alarm with `why`; a branch begins an epoch,
// so that two stores never write in one. Head office has one machine that the branches find by its address: it goes on.
// Fails as Site::commit() does; `mark` is held then.
[[nodiscard]] Status begin_after_move(store::Site& site, const std::string& why, WallTime now, Watermark& mark);

}  // namespace redress::shell
