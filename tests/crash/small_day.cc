#include "tests/crash/small_day.h"

#include <algorithm>
#include <filesystem>

#include "crypto/private_file.h"
#include "gateway/members.h"
#include "store/lmdb_truth.h"

namespace redress::crash {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;
constexpr WallTime noon{1'795'305'600'000};
constexpr std::size_t small_file_bytes_max = 100;
constexpr SiteId first_invited{10};

store::LmdbOptions journal_in(const std::string& folder) {
  store::LmdbOptions options{folder + "/data/journal", store::journal_tables(), 64 * mib};
  options.ballast_bytes = mib;
  options.redo = true;
  return options;
}

gateway::MembersOptions members_in(const std::string& folder, const sim::Node& office) {
  return {folder + "/members.log", sim::sim_domain().network, office.keys.kek};
}

bool only_a_start_tells(const Error& error) {
  return error.code == Code::unknown_outcome || error.code == Code::io || error.code == Code::damaged;
}

// Does it, and once more if it was refused.
Status insist(const std::function<Status()>& act) {
  const Status done = act();
  if (done || only_a_start_tells(done.error())) return done;
  return act();
}

std::vector<Digest> identities_in(const store::Truth& truth) {
  std::vector<Digest> out;
  for (const store::StoredEntry& entry : sim::entries_in(truth))
    out.push_back(journal::identity_of(sim::sim_domain(), entry.item.header));
  return out;
}

}  // namespace

struct SmallDay::Open {
  std::unique_ptr<store::LmdbTruth> truth;
  std::unique_ptr<store::Site> site;
  std::unique_ptr<store::Serial> serial;
  std::unique_ptr<store::Desk> desk;
};

SmallDay::SmallDay(std::uint64_t seed, bool tells_early) : tells_early_{tells_early}, pair_{seed} {}

Status SmallDay::live(const std::string& folder, ToldOfDay& told) {
  Status done = insist([&] { return write_small_file(folder, told); });
  {
    auto site = open(folder);
    if (!site) return fail(site.error());
    if (done) done = insist([&] { return work(**site, told, 2); });
    if (done) done = insist([&] { return keep_receipt(**site, told); });
    if (done) done = insist([&] { return work(**site, told, 1); });
  }
  if (done) done = insist([&] { return invite(folder, told); });
  if (!done) return done;
  auto again = open(folder);
  if (!again) return fail(again.error());
  done = insist([&] { return work(**again, told, 1); });
  if (done) {
    done = (*again)->truth->copy_to(folder + "/backup");
    if (done) told.backup_entries = told.entries;
    // A backup that did not come about costs nobody an entry.
    done = insist([&] { return work(**again, told, 1); });
  }
  if (done) done = insist([&] { return write_small_file(folder, told); });
  told.finished = done.has_value();
  return done;
}

Result<std::unique_ptr<SmallDay::Open>> SmallDay::open(const std::string& folder) {
  auto out = std::make_unique<Open>();
  auto truth = store::LmdbTruth::open(journal_in(folder));
  if (!truth) return fail(truth.error());
  out->truth = std::move(*truth);
  sim::Node& node = pair_.branch();
  auto site = store::Site::open(*out->truth, node.options(), node.random);
  if (!site) return fail(site.error());
  out->site = std::move(*site);
  out->serial = std::make_unique<store::Serial>(out->site->last_serial());
  out->desk = std::make_unique<store::Desk>(*out->truth, store::DeskOptions{node.options(), head_office, 480, {}},
                                            node.kinds, *out->serial, node.random);
  return out;
}

Status SmallDay::work(Open& site, ToldOfDay& told, std::size_t cases) {
  const WallTime at{noon.value() + 1'000 * commands_};  // no load: it is told ahead
  std::vector<store::Work> all;
  for (std::size_t i = 0; i < cases; ++i) {
    auto made =
        site.desk->register_case({StaffId{7},
                                  "desk/" + std::to_string(++commands_),
                                  {{"narrative", std::string(600 * (i + 1), static_cast<char>('a' + commands_))}},
                                  at});
    if (!made) return fail(made.error());
    all.emplace_back(std::get<store::Append>(std::move(*made)));
  }
  std::size_t ahead = 0;
  const auto tell = [&told](const store::Appended& appended) {
    told.identities.at(told.entries++) = appended.identity;
  };
  const auto outcomes = site.site->commit(all, at, [&](std::size_t, const store::Appended& appended) {
    ++ahead;
    tell(appended);
  });
  for (const auto& outcome : outcomes) {
    if (!outcome) return fail(outcome.error());
    if (ahead == 0) tell(std::get<store::Appended>(*outcome));
  }
  return Done{};
}

Status SmallDay::keep_receipt(Open& site, ToldOfDay& told) {
  const StreamName stream = site.site->journal();
  const journal::Mark mark = *site.site->mark_of(stream);
  const auto receipt =
      journal::sign(sim::sim_domain(), pair_.gateway().signer, {{}, {}, stream, Seq{1}, mark, {}, {}, {}});
  if (tells_early_) told.receipted = mark.seq.value();
  for (const auto& outcome : site.site->commit({sync::KeepReceipt{receipt}}, noon)) {
    if (!outcome) return fail(outcome.error());
  }
  told.receipted = mark.seq.value();
  return Done{};
}

Status SmallDay::invite(const std::string& folder, ToldOfDay& told) {
  sim::Node& office = pair_.gateway();
  auto members = gateway::Members::open(members_in(folder, office), office.random);
  if (!members) return fail(members.error());
  while (told.invited < 2) {
    gateway::Member member;
    member.site = SiteId{first_invited.value() + told.invited};
    member.parent = head_office;
    member.name = "site";
    member.zone = "UTC";
    member.one_time = office.random.fixed<PublicKey>();
    member.invite_expires = WallTime{noon.value() + 1'000'000};
    if (tells_early_) ++told.invited;
    const Status invited = (*members)->invite(member);
    if (!invited) return invited;
    if (!tells_early_) ++told.invited;
  }
  return Done{};
}

Status SmallDay::write_small_file(const std::string& folder, ToldOfDay& told) const {
  const std::string version = std::to_string(told.small_file + 1);
  const Status done = crypto::replace_file(folder + "/small", view_of(version), crypto::Access::owner_only);
  if (done) ++told.small_file;
  return done;
}

std::string SmallDay::judge(const std::string& folder, const ToldOfDay& told) {
  const std::string of_files = judge_files(folder, told);
  return of_files.empty() ? judge_store(folder, told) : of_files;
}

std::string SmallDay::judge_store(const std::string& folder, const ToldOfDay& told) {
  auto site = open(folder);
  if (!site) return "the store does not open: " + site.error().what;
  const auto found = identities_in(*(*site)->truth);
  for (std::size_t i = 0; i < told.entries; ++i) {
    if (std::count(found.begin(), found.end(), told.identities.at(i)) != 1)
      return "entry " + std::to_string(i + 1) + " of " + std::to_string(told.entries) + " is not there once";
  }
  if ((*site)->site->receipted((*site)->site->journal()).value() < told.receipted) return "a receipt is gone";
  const auto keys_of = [this](SiteId of) {
    return std::vector<PublicKey>{(of == head_office ? pair_.gateway() : pair_.branch()).keys.signing.public_key};
  };
  const auto whole = [&](const store::Truth& truth) {
    const auto verified = store::verify(truth, pair_.branch().options(), keys_of, pair_.branch().random);
    return verified && verified->errors == 0;
  };
  if (!whole(*(*site)->truth)) return "verify finds something";
  if (told.backup_entries > 0) {
    const auto backup = store::LmdbTruth::open({folder + "/backup", store::journal_tables(), 64 * mib});
    if (!backup || !whole(**backup) || identities_in(**backup).size() < told.backup_entries)
      return "the backup is not what it was said to be";
  }
  commands_ += 1'000;  // keys of its own
  ToldOfDay more;
  const Status worked = work(**site, more, 2);
  if (!worked) return "it cannot be written to: " + worked.error().what;
  return identities_in(*(*site)->truth).size() == found.size() + 2 ? "" : "what was written to it is not there";
}

std::string SmallDay::judge_files(const std::string& folder, const ToldOfDay& told) {
  sim::Node& office = pair_.gateway();
  auto members = gateway::Members::open(members_in(folder, office), office.random);
  if (!members) return "members.log does not open: " + members.error().what;
  for (std::uint32_t i = 0; i < told.invited; ++i) {
    if (!(*members)->find(SiteId{first_invited.value() + i})) return "an invitation is gone";
  }
  const auto small = crypto::read_file(folder + "/small", small_file_bytes_max, crypto::Access::owner_only);
  if (told.small_file == 0 && !small) return "";
  if (!small) return "the small file is gone: " + small.error().what;
  const std::string text{text_of(ByteView{small->data(), small->size()})};
  const bool is_one = text == std::to_string(told.small_file) || text == std::to_string(told.small_file + 1);
  return is_one ? "" : "the small file says " + text;
}

}  // namespace redress::crash
