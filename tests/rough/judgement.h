// Waits until a fleet has healed, and judges what it holds by its history.
#pragma once

#include "tests/rough/clients.h"
#include "tests/rough/fleet.h"

namespace redress::rough {

// What is wrong once everything has had its time; empty: nothing. Everything runs and nobody asks for anything new.
//
// settle(): of what is new since the last time: every open wish is answered, then each case is looked at, at every site
// with standing, until nothing is wrong or `patience_ms` are over.
[[nodiscard]] std::vector<std::string> settle(const Fleet& fleet, History& history, std::int64_t patience_ms);

// The same of these cases only; nothing is asked for.
[[nodiscard]] std::vector<std::string> settle_cases(const Fleet& fleet, History& history, std::set<std::string> wanted,
                                                    std::int64_t patience_ms);

// The same of every case that anybody was told of; and that head office holds no other, that no alarm was raised, and
// that verify finds nothing at any site.
[[nodiscard]] std::vector<std::string> judge_all(const Fleet& fleet, History& history);

}  // namespace redress::rough
