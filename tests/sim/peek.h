// What kind of frame our own programs have made, without reading it whole.
#pragma once

#include "protocol/base/bytes.h"

namespace redress::sim {

enum class FrameKind { other, batch, receipt, beat };
// Requires: the frame comes from wire::encode().
[[nodiscard]] FrameKind kind_of(ByteView frame);

}  // namespace redress::sim
