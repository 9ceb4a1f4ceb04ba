#include "ops/measure/reference_hub.h"

#include <vector>

#include "ops/measure/reference_frame.h"
#include "ops/measure/reference_must.h"
#include "ops/measure/reference_shelf.h"

namespace redress::reference {
namespace {

constexpr std::size_t batches_a_commit_max = 8;

}  // namespace

void run_hub(const std::string& folder, const std::string& endpoint, const std::function<void(const Address&)>& ready) {
  Shelf shelf{folder};
  HubSocket socket{endpoint};
  Hash hash;
  ready(socket.address());
  std::uint64_t ledger = 0;
  struct Answer {
    std::string to;
    std::uint64_t upto;
  };
  for (;;) {
    static_cast<void>(socket.wait(-1));
    std::vector<Answer> answers;
    bool begun = false;
    while (answers.size() < batches_a_commit_max) {
      const auto arrived = socket.receive();
      if (!arrived) break;
      Reader in{arrived->frame};
      const std::uint64_t first = in.u64();
      const std::uint32_t count = in.u32();
      const auto digest = in.fixed<Digest>();
      must(!in.failed() && hash.of(in.rest()) == digest, "check a batch");
      if (count > 0 && !begun) shelf.begin();
      begun = begun || count > 0;
      for (std::uint32_t i = 0; i < count; ++i) shelf.append(++ledger, in.raw(in.u32()));
      must(in.complete(), "read a batch");
      if (count > 0) shelf.note(first + count - 1);
      answers.push_back({arrived->from, first + count - 1});
    }
    if (begun) shelf.commit();
    for (const Answer& answer : answers) socket.ack(answer.to, answer.upto);
  }
}

}  // namespace redress::reference
