// Lets a walk through a store be ended by who waits for it.
//
// Lives inside one view, with the snapshot that it reads.
#pragma once

#include "store/verify.h"

namespace redress::store {

// A snapshot that has no more rows from when it is to stop: whoever walks it comes to an end by itself, and what it
// found is worth nothing.
class UntilStopped final : public Reading {
 public:
  UntilStopped(const Reading& store, const StopAsked& asked) : store_{store}, asked_{asked} {}

  [[nodiscard]] std::optional<Bytes> get(Table table, ByteView key) const override {
    return is_stopping() ? std::nullopt : store_.get(table, key);
  }
  void scan(Table table, ByteView from, const std::function<bool(ByteView, ByteView)>& visit) const override {
    if (is_stopping()) return;
    store_.scan(table, from, [&](ByteView key, ByteView value) { return !is_stopping() && visit(key, value); });
  }
  [[nodiscard]] std::optional<Row> last_below(Table table, ByteView bound) const override {
    return is_stopping() ? std::nullopt : store_.last_below(table, bound);
  }

  [[nodiscard]] bool is_stopping() const { return asked_ && asked_(); }

 private:
  const Reading& store_;
  const StopAsked& asked_;
};

}  // namespace redress::store
