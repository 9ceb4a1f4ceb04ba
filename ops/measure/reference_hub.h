// Head office's end of the references: takes batches, checks each batch's SHA-256, writes up to eight and the mark of
// how far it is in one durable commit, then answers.
//
// Runs until the process is killed; one thread.
#pragma once

#include <functional>
#include <string>

#include "ops/measure/reference_line.h"

namespace redress::reference {

// `ready` is told where it listens.
void run_hub(const std::string& folder, const std::string& endpoint, const std::function<void(const Address&)>& ready);

}  // namespace redress::reference
