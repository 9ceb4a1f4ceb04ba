// Fills head office's home with cases while no gateway runs, and makes its views.
//
// Functions; one thread.
#pragma once

#include <string>
#include <vector>

#include "ops/measure/stage.h"

namespace redress::measure {

struct Filled {
  std::vector<CaseId> ids;  // in the order of registration
  std::size_t entries = 0;
  double fill_s = 0;
  double rebuild_s = 0;  // for the views, as `redress-ops rebuild` makes them
};

// What only the case of this number says.
[[nodiscard]] std::string planted_word(std::size_t which);
[[nodiscard]] std::string planted_phone(std::size_t which);

// `count` cases of the stage's texts, registered over the 90 days before now, in ten channels; every tenth is accepted,
// every fortieth disposed.
[[nodiscard]] Result<Filled> fill_archive(Stage& stage, const std::string& home, std::size_t count);

}  // namespace redress::measure
