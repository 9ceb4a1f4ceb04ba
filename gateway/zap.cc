#include "gateway/zap.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace redress::gateway {
namespace {

constexpr std::size_t answers_per_turn_max = 256;
constexpr int check_s_max = 3;
constexpr std::string_view zap_version = "1.0";

// The parts of a question: version, request id, domain, address, routing id, mechanism, key.
constexpr std::size_t version_part = 0;
constexpr std::size_t id_part = 1;
constexpr std::size_t domain_part = 2;
constexpr std::size_t mechanism_part = 5;
constexpr std::size_t key_part = 6;
constexpr std::size_t question_parts = 7;

// The parts of an answer: version, request id, status, text, user id, metadata.
constexpr std::size_t status_part = 2;
constexpr std::string_view accepted = "200";
constexpr std::string_view refused = "400";
constexpr std::string_view malformed = "500";

std::vector<Bytes> answer_of(const Bytes& id, std::string_view status, std::string_view text,
                             std::string_view user_id) {
  return {copy_of(view_of(zap_version)), id, copy_of(view_of(status)), copy_of(view_of(text)),
          copy_of(view_of(user_id)),     {}};
}

// A deadline as a descriptor, so that waiting for it and for sockets is one wait.
class Deadline {
 public:
  explicit Deadline(int seconds) noexcept : descriptor_{timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)} {
    itimerspec at{};
    at.it_value.tv_sec = seconds;
    if (descriptor_ >= 0) timerfd_settime(descriptor_, 0, &at, nullptr);
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  const int descriptor_;
};

}  // namespace

Result<std::unique_ptr<Zap>> Zap::open(shell::LinkContext& context) {
  auto door = shell::Replier::open(context, shell::zap_endpoint);
  if (!door) return fail(door.error());
  return std::unique_ptr<Zap>{new Zap{*std::move(door)}};
}

std::size_t Zap::answer_pending(const UserIdOf& user_id_of) {
  std::size_t answered = 0;
  for (; answered < answers_per_turn_max; ++answered) {
    const auto question = door_->receive();
    if (!question) break;
    const auto answer = zap_answer(*question, user_id_of);
    ++(text_of(answer[status_part]) == accepted ? accepted_count_ : refused_count_);
    door_->answer(answer);
  }
  return answered;
}

std::vector<Bytes> zap_answer(const std::vector<Bytes>& question, const UserIdOf& user_id_of) {
  const Bytes id = question.size() > id_part ? question[id_part] : Bytes{};
  if (question.size() <= mechanism_part || text_of(question[version_part]) != zap_version) {
    return answer_of(id, malformed, "malformed question", "");
  }
  if (text_of(question[mechanism_part]) != "CURVE") return answer_of(id, refused, "mechanism is not CURVE", "");
  if (text_of(question[domain_part]) != shell::zap_domain) return answer_of(id, refused, "another domain", "");
  if (question.size() != question_parts) return answer_of(id, malformed, "malformed question", "");
  const auto asked = fixed_from<PublicKey>(question[key_part]);
  if (!asked) return answer_of(id, malformed, "malformed key", "");
  const auto user_id = user_id_of(*asked);
  if (!user_id || user_id->empty()) return answer_of(id, refused, "unknown key", "");
  return answer_of(id, accepted, "", *user_id);
}

Status refuse_strangers_check(shell::LinkContext& context, const std::string& endpoint, const PublicKey& gateway,
                              Zap& zap, const UserIdOf& user_id_of) {
  const auto pair = shell::make_stranger_pair();
  if (!pair) return fail(pair.error());
  auto stranger = shell::Dealer::open(context, endpoint, *pair, gateway);
  if (!stranger) return fail(stranger.error());
  const Deadline deadline{check_s_max};
  if (deadline.descriptor() < 0) return fail(Code::io, "make deadline for stranger check");

  bool was_asked = false;
  const auto noticing = [&](const PublicKey& asked) {
    was_asked = was_asked || asked == pair->public_key;
    return user_id_of(asked);
  };
  for (;;) {
    shell::Poller poller;
    poller.watch(**stranger);
    poller.watch(zap.door());
    poller.watch_descriptor(deadline.descriptor());
    const auto ready = poller.wait(-1);
    if (!ready) return fail(ready.error());
    zap.answer_pending(noticing);
    if ((*stranger)->send(view_of("stranger"))) return fail(Code::forbidden, "stranger check: a frame was taken");
    if (const auto change = (*stranger)->link_change()) {
      if (*change == shell::LinkChange::up) return fail(Code::forbidden, "stranger check: the key was let in");
      if (*change == shell::LinkChange::refused && was_asked) return Done{};
      return fail(Code::unreachable, "stranger check: the link ended without a verdict of ours");
    }
    if (!ready->empty()) return fail(Code::unreachable, "stranger check: no verdict in time");
  }
}

}  // namespace redress::gateway
