#include "tests/sim/network.h"

#include <algorithm>

namespace redress::sim {

std::uint64_t Network::open(Instant now, std::size_t machine, bool centre_up) {
  Line& line = lines_[machine];
  line.number = ++numbers_;
  if (is_cut(machine, Way::up) || is_cut(machine, Way::down)) return line.number;
  const Instant at = after_ms(now, 2 * air.delay_ms);
  const auto what = centre_up ? Arrival::What::opened : Arrival::What::ended;
  push({at, now, 0, machine, line.number, what, {}});
  for (Instant& last : line.last_at) last = at;
  return line.number;
}

std::optional<std::size_t> Network::machine_of(std::uint64_t line) const {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (lines_[i].number == line) return i;
  }
  return std::nullopt;
}

void Network::send(Instant now, std::size_t machine, std::uint64_t line, Way way, Bytes frame) {
  Line& path = lines_[machine];
  const std::size_t side = index_of(way);
  ++frames;
  if (path.cuts[side] > 0 || dice_.chance(air.loss)) {
    ++lost;
    return;
  }
  Instant at = after_ms(now, air.delay_ms);
  if (air.jitter_ms > 0) at = after_ms(at, dice_.between(0, air.jitter_ms));
  if (air.bytes_a_second > 0) {
    const auto takes = static_cast<std::int64_t>(frame.size()) * 1'000 / air.bytes_a_second;
    path.free_at[side] = after_ms(std::max(path.free_at[side], now), takes);
    at = after_ms(at, path.free_at[side].value() - now.value());
  }
  if (!air.reorders) at = std::max(at, path.last_at[side]);
  path.last_at[side] = std::max(path.last_at[side], at);
  const auto what = way == Way::up ? Arrival::What::frame_up : Arrival::What::frame_down;
  if (dice_.chance(air.duplicates)) {
    ++frames;
    push({after_ms(at, dice_.between(0, 2 * air.delay_ms)), now, 0, machine, line, what, frame});
  }
  push({at, now, 0, machine, line, what, std::move(frame)});
}

void Network::push(Arrival arrival) {
  Line& path = lines_[arrival.machine];
  arrival.order = ++orders_;
  if (path.clogs > 0) {
    path.waiting.push_back(std::move(arrival));
  } else {
    arrivals_.push(std::move(arrival));
  }
}

void Network::reset(Instant now, std::size_t machine) {
  if (lines_[machine].number != 0)
    push({after_ms(now, air.delay_ms), now, 0, machine, lines_[machine].number, Arrival::What::ended, {}});
}

void Network::cut(std::size_t machine, Way way, bool begins) {
  unsigned& cuts = lines_[machine].cuts[index_of(way)];
  if (begins) {
    ++cuts;
  } else if (cuts > 0) {
    --cuts;
  }
}

void Network::clog(Instant now, std::size_t machine, bool begins) {
  Line& path = lines_[machine];
  if (begins) {
    ++path.clogs;
    return;
  }
  if (path.clogs == 0 || --path.clogs > 0) return;
  for (Arrival& arrival : path.waiting) {
    arrival.at = std::max(arrival.at, now);
    arrivals_.push(std::move(arrival));
  }
  path.waiting.clear();
}

void Network::heal(Instant now) {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    for (unsigned& cuts : lines_[i].cuts) cuts = 0;
    if (lines_[i].clogs > 0) lines_[i].clogs = 1;
    clog(now, i, false);
  }
  air = Air{};
}

Arrival Network::take() {
  // The queue gives out its top as const; nobody sees it again after pop().
  Arrival arrival = std::move(const_cast<Arrival&>(arrivals_.top()));
  arrivals_.pop();
  return arrival;
}

}  // namespace redress::sim
