// Any bytes as a frame: what is taken is taken again after it was written anew.
#include "protocol/base/limits.h"
#include "protocol/wire/frames.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto frame = redress::wire::decode(redress::fuzz::Input{data, size}.rest());
  if (!frame) {
    REDRESS_ASSERT(frame.error().code == redress::Code::bad_frame || frame.error().code == redress::Code::too_large);
    return 0;
  }
  // Parts that the bytes share are written once each, so a frame may grow over the limit by this; then it is not one.
  const redress::Bytes written = redress::wire::encode(*frame);
  const auto again = redress::wire::decode(written);
  REDRESS_ASSERT(again ? *again == *frame : written.size() > redress::limits::frame_bytes_max);
  return 0;
}
