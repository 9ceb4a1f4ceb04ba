#include "ops/demonstration/plant.h"

#include "crypto/random.h"
#include "ops/shell/offline.h"
#include "ops/shell/process.h"
#include "store/desk.h"
#include "store/lmdb_truth.h"

namespace redress::demo {
namespace {

std::vector<Position> positions_of(const store::Reading& from, const CaseId& case_id) {
  std::vector<Position> positions;
  from.scan(store::Table::by_case, store::key_of(case_id, Position{}), [&](ByteView key, ByteView) {
    Reader in{key};
    if (in.fixed<CaseId>() != case_id) return false;
    positions.push_back(store::position_of(key));
    return true;
  });
  return positions;
}

// Appends to the feed as a router gone wrong would: standing, places that link, and a head that they end in.
Status feed_all(store::Writing& to, const shell::Offline& site, Epoch epoch, const CaseId& case_id, SiteId reader) {
  const journal::Domain& domain = site.options().domain;
  const store::RowCheck rows{site.options().kek};
  const StreamName name = feed_for(epoch, reader);
  store::StreamRow stream{{Seq{}, journal::genesis(domain, name, std::nullopt)}, Seq{}, std::nullopt};
  if (const auto value = rows.get(to, store::Table::streams, store::key_of(name))) {
    const auto row = store::decode_stream(*value);
    if (!row) return fail(Code::damaged, "plant: the feed's head does not hold");
    stream = *row;
  }
  const std::vector<Position> positions = positions_of(to, case_id);
  if (positions.empty()) return fail(Code::not_found, "plant: no such case");
  Writer since;
  since.u64(positions.front().value());
  rows.put(to, store::Table::standing, store::key_of(case_id, reader), since.take());
  for (const Position position : positions) {
    const auto value = to.get(store::Table::entries, store::key_of(position));
    const auto entry = value ? store::decode_entry(domain, *value)
                             : Result<store::StoredEntry>{fail(Code::damaged, "plant: no entry")};
    if (!entry) return fail(entry.error());
    const journal::Place place{head_office, epoch, stream.head.seq.next(), stream.head.digest};
    const Digest origin = journal::entry_digest(domain, entry->item.header);
    stream.head = {place.seq, journal::feed_digest(domain, reader, place, origin)};
    rows.put(to, store::Table::places, store::key_of(name, place.seq),
             encode(store::PlaceRow{position, stream.head.digest, true}));
  }
  rows.put(to, store::Table::streams, store::key_of(name), encode(stream));
  return Done{};
}

}  // namespace

Status plant_loss(const std::string& home, const CaseId& case_id) {
  const auto opened = shell::open_home(home);
  if (!opened) return fail(opened.error().front());
  const auto views = store::LmdbTruth::open(shell::views_options(*opened));
  if (!views) return fail(views.error());
  return (*views)->update([&](store::Writing& to) -> Status {
    if (!to.get(store::Table::cases, view_of(case_id)))
      return fail(Code::not_found, "plant: no such case in the views");
    to.erase(store::Table::cases, view_of(case_id));
    std::vector<Bytes> numbers;
    to.scan(store::Table::numbers, {}, [&](ByteView key, ByteView value) {
      if (same_bytes(value, view_of(case_id))) numbers.push_back(copy_of(key));
      return true;
    });
    for (const Bytes& key : numbers) to.erase(store::Table::numbers, key);
    return Done{};
  });
}

Status plant_duplicate(const std::string& home, const CaseFields& fields) {
  const auto opened = shell::Offline::open(home);
  if (!opened) return fail(opened.error());
  crypto::SystemRandom random;
  const auto site = store::Site::open((*opened)->journal(), (*opened)->options(), random);
  if (!site) return fail(site.error());
  const SiteId parent = (*opened)->home().keys.enrolment ? (*opened)->home().keys.enrolment->parent : head_office;
  const casework::Kinds kinds{casework::shipped_kinds()};
  store::Serial serial{(*site)->last_serial()};
  const WallTime now = shell::wall_now();
  store::Desk desk{
      (*opened)->journal(), {(*opened)->options(), parent, shell::zone_offset_minutes(now), {}}, kinds, serial, random};
  std::vector<casework::FieldText> given;
  for (const auto& [name, value] : fields) {
    if (name != casework::case_no_field) given.emplace_back(name, value);
  }
  auto composed = desk.register_case({StaffId{}, "planted/1", std::move(given), now});
  if (!composed) return fail(composed.error());
  auto* append = std::get_if<store::Append>(&*composed);
  if (append == nullptr) return fail(Code::in_use, "plant: it was planted before");
  const auto outcomes = (*site)->commit({std::move(*append)}, now);
  if (!outcomes.front()) return fail(outcomes.front().error());
  return Done{};
}

Status plant_misroute(const std::string& home, const CaseId& case_id, SiteId reader) {
  const auto opened = shell::Offline::open(home);
  if (!opened) return fail(opened.error());
  crypto::SystemRandom random;
  Epoch epoch;
  {
    const auto site = store::Site::open((*opened)->journal(), (*opened)->options(), random);
    if (!site) return fail(site.error());
    epoch = (*site)->epoch();
  }
  return (*opened)->journal().update(
      [&](store::Writing& to) { return feed_all(to, **opened, epoch, case_id, reader); });
}

}  // namespace redress::demo
