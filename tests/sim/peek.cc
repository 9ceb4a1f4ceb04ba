#include "tests/sim/peek.h"

#include "protocol/wire/frames_generated.h"

namespace redress::sim {

FrameKind kind_of(ByteView frame) {
  switch (flatbuffers::GetSizePrefixedRoot<wire::fb::Frame>(frame.data())->body_type()) {
    case wire::fb::Body_Batch:
      return FrameKind::batch;
    case wire::fb::Body_Receipt:
      return FrameKind::receipt;
    case wire::fb::Body_Beat:
      return FrameKind::beat;
    default:
      return FrameKind::other;
  }
}

}  // namespace redress::sim
