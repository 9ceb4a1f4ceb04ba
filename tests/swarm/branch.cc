#include "tests/swarm/branch.h"

#include "crypto/suite_intl.h"
#include "ops/measure/texts.h"
#include "ops/shell/curve.h"
#include "ops/shell/process.h"

namespace redress::swarm {
namespace {

constexpr std::int16_t zone_minutes = 480;
constexpr StaffId clerk{1};
constexpr std::size_t text_bytes = 1'200;

const casework::Kinds& kinds() {
  static const casework::Kinds all{casework::shipped_kinds()};
  return all;
}

std::vector<casework::FieldText> complaint(SiteId site, std::uint64_t number) {
  std::string text = "The transfer was charged twice (转账重复扣款). Site " + std::to_string(site.value()) +
                     ", number " + std::to_string(number) + ".";
  while (text.size() < text_bytes) text += " The counter said to wait three days, and nobody called.";
  std::vector<casework::FieldText> fields{{"narrative", std::move(text)}};
  for (const auto& field : measure::short_fields()) fields.push_back(field);
  return fields;
}

}  // namespace

Branch::Branch(const Enrolled& enrolled, const Office& office, shell::LinkContext& context)
    : enrolled_{enrolled},
      office_{office},
      context_{context},
      signer_{enrolled.keys.signing},
      secret_{std::make_unique<store::HeadOfficeSecret>(enrolled.pairwise)} {}

Branch::~Branch() = default;

Result<std::unique_ptr<Branch>> Branch::open(const Enrolled& enrolled, const Office& office,
                                             shell::LinkContext& context) {
  std::unique_ptr<Branch> branch{new Branch{enrolled, office, context}};
  const Status started = branch->start();
  if (!started) return fail(started.error());
  return branch;
}

Status Branch::start() {
  store::SiteOptions options;
  options.site = enrolled_.site;
  options.domain = office_.domain;
  options.kek = enrolled_.keys.kek;
  options.signer = &signer_;
  options.pairwise = secret_.get();
  auto store = store::Site::open(truth_, options, random_);
  if (!store) return fail(store.error());
  store_ = std::move(*store);
  desk_ = std::make_unique<store::Desk>(truth_, store::DeskOptions{options, enrolled_.parent, zone_minutes, {}},
                                        kinds(), serial_, random_);
  const sync::Self self{office_.domain, enrolled_.site,       &signer_, store_.get(),
                        2'000,          std::size_t{4} << 20, "swarm",  agent::eager_ms_max};
  agent_ = std::make_unique<agent::Agent>(*store_, self, sync::AgentPeer{office_.signing}, random_);
  return Done{};
}

Status Branch::register_case(Now now) {
  const std::string key = "swarm/" + std::to_string(++asked_);
  auto made = desk_->register_case({clerk, key, complaint(enrolled_.site, asked_), now.wall});
  if (!made) return fail(made.error());
  auto* append = std::get_if<store::Append>(&*made);
  REDRESS_ASSERT(append != nullptr);
  agent_->submit({std::move(*append), [](const Result<store::Appended>& saved) { REDRESS_ASSERT(saved); }});
  stirred_ = true;
  return Done{};
}

void Branch::take_line(Now now) {
  if (!dealer_) return;
  while (const auto change = dealer_->link_change()) {
    stirred_ = true;
    if (*change == shell::LinkChange::up) {
      agent_->on_line_up(now);
    } else {
      agent_->on_line_down(now, *change == shell::LinkChange::refused ? Code::unknown_site : Code::unreachable);
    }
  }
  while (const auto frame = dealer_->receive()) {
    stirred_ = true;
    agent_->on_frame(now, *frame);
  }
}

void Branch::open_line(Now now) {
  stirred_ = true;
  if (is_cut_) return agent_->on_line_down(now, Code::unreachable);
  asked_at_ = now.mono;
  auto dealer =
      shell::Dealer::open(context_, office_.endpoint, shell::curve_of(enrolled_.keys.transport), office_.transport);
  if (!dealer) return agent_->on_line_down(now, Code::unreachable);
  dealer_ = std::move(*dealer);
}

void Branch::turn(Now now) {
  take_line(now);
  if (!std::exchange(stirred_, false) && now.mono < agent_->next_deadline()) return;
  agent::Turned turned = agent_->turn(now);
  REDRESS_ASSERT(!turned.stop);
  for (const Bytes& frame : turned.sends) {
    if (dealer_) static_cast<void>(dealer_->send(frame));
  }
  if (turned.line == sync::Line::close) dealer_.reset();
  if (turned.line == sync::Line::open) open_line(now);
}

void Branch::cut(Now now) {
  is_cut_ = true;
  dealer_.reset();
  agent_->on_line_down(now, Code::unreachable);
  stirred_ = true;
}

bool Branch::is_level(std::uint64_t fed, Now now) const {
  const store::Site::Written wrote = store_->written();
  if (wrote.entries != wrote.receipted) return false;
  return fed == 0 || agent_->view(now.mono).feed_held.value() >= fed;
}

}  // namespace redress::swarm
