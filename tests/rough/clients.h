// People at every site: each in a thread, asking at random, told "saved" or not, looking again at what they saw.
//
// A resource of the thread that made it; fleet and history outlive it.
#pragma once

#include <atomic>
#include <thread>

#include "tests/rough/fleet.h"
#include "tests/rough/history.h"

namespace redress::rough {

struct Pace {
  std::int64_t pause_ms = 80;    // between two things that one of them does
  std::size_t text_bytes = 200;  // of a registration
};

class Clients {
 public:
  // Begin at once.
  Clients(const Fleet& fleet, History& history, std::uint64_t seed, const Pace& pace = {});
  // Ends them all; what is not answered by then stays open.
  ~Clients();
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

// Asks once for each open wish of a site. Fails with unreachable while the site's door is closed.
[[nodiscard]] Status ask_open(const Fleet& fleet, History& history, SiteId site);

// Asks for it. True: it was answered, one way or the other.
bool ask(tool::Client& client, History& history, const Wish& wish);

}  // namespace redress::rough
