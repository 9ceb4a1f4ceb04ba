#include "store/site.h"

#include <algorithm>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"
#include "store/turn.h"

namespace redress::store {
namespace {

// The share of the map kept for cursors, receipts, erasure and deletes (D25).
constexpr double kept_share = 0.02;

}  // namespace

Bytes keyring_data(const journal::Domain& domain, const CaseId& case_id, const KeyId& key, std::uint32_t generation) {
  Writer out;
  out.raw(view_of("redress/keyring/1"));
  out.fixed(domain.network);
  out.fixed(case_id);
  out.fixed(key);
  out.u32(generation);
  return out.take();
}

Bytes grant_data(const journal::Domain& domain, const CaseId& case_id, const KeyId& key, SiteId from, SiteId reader) {
  Writer out;
  out.raw(view_of("redress/grant/1"));
  out.fixed(domain.network);
  out.fixed(case_id);
  out.fixed(key);
  out.u32(from.value());
  out.u32(reader.value());
  return out.take();
}

std::optional<crypto::CaseKey> key_in(const Reading& store, const SiteOptions& site, const CaseId& case_id,
                                      const KeyId& key) {
  std::optional<crypto::CaseKey> found;
  store.scan(Table::keyring, key_of(case_id, key), [&](ByteView row_key, ByteView value) {
    Reader in{row_key};
    const auto row_case = in.fixed<CaseId>();
    const auto row_id = in.fixed<KeyId>();
    if (row_case != case_id || (!key.is_zero() && row_id != key)) return false;
    Reader row{value};
    const std::uint32_t generation = row.u32();
    auto unwrapped =
        crypto::unwrap(site.kek, keyring_data(site.domain, case_id, row_id, generation), case_id, row_id, row.rest());
    if (unwrapped) found = std::move(*unwrapped);
    return false;
  });
  return found;
}

std::optional<Result<Appended>> repeated_in(const Reading& store, const SiteOptions& site, const RowCheck& rows,
                                            const CommandId& command, const RequestDigest& request) {
  const auto value = rows.get(store, Table::marks, view_of(command));
  const auto mark = value ? decode_mark(*value) : std::nullopt;
  if (!mark || REDRESS_MUTANT(34)) return std::nullopt;  // 34: a key acts again
  if (!mark->request.is_zero() && mark->request != request) {
    return Result<Appended>{fail(Code::key_reused,
                                 "the key was used for something else: ledger=" + std::to_string(mark->ledger.value()),
                                 "Idempotency-Key")};
  }
  const auto row = store.get(Table::entries, key_of(mark->ledger));
  auto entry =
      row ? decode_entry(site.domain, *row) : Result<StoredEntry>{fail(Code::damaged, "the marked entry is gone")};
  if (!entry) return Result<Appended>{fail(entry.error())};
  const journal::Header& header = entry->header;
  return Result<Appended>{Appended{mark->ledger, header.place, journal::identity_of(site.domain, entry->item.header),
                                   header.what.case_id, header.what.time, true}};
}

Site::Site(Truth& truth, const SiteOptions& options, Random& random)
    : truth_{truth}, options_{options}, random_{random}, rows_{options.kek} {}

Result<std::unique_ptr<Site>> Site::open(Truth& truth, const SiteOptions& options, Random& random) {
  REDRESS_ASSERT(options.signer != nullptr && options.pairwise != nullptr && options.domain.suite != nullptr);
  std::unique_ptr<Site> site{new Site{truth, options, random}};
  const Status loaded = truth.update([&](Writing& store) { return site->load(store); });
  if (!loaded) return fail(loaded.error());
  return site;
}

Status Site::load(Writing& store) {
  if (!store.get(Table::local, view_of(identity_key))) {
    epoch_ = Epoch{random_.u64() | 1};
    Writer identity;
    identity.u32(options_.site.value());
    identity.u64(epoch_.value());
    identity.fixed(options_.domain.network);
    rows_.put(store, Table::local, view_of(identity_key), identity.take());
    ledger_ = {Position{}, journal::ledger_genesis(options_.domain, options_.site, epoch_)};
    Turn{*this, store, WallTime{}}.write_ledger();
  }
  const auto identity = rows_.get(store, Table::local, view_of(identity_key));
  const auto ledger = rows_.get(store, Table::local, view_of(ledger_key));
  if (!identity || !ledger) {
    return fail(Code::damaged, "open store: its identity row does not hold under this keystore's key");
  }
  Reader in{*identity};
  const SiteId site{in.u32()};
  epoch_ = Epoch{in.u64()};
  const auto network = in.fixed<NetworkId>();
  if (site != options_.site || network != options_.domain.network) {
    return fail(Code::bad_config,
                "open store: it belongs to site=" + std::to_string(site.value()) + " or another network");
  }
  Reader ledger_in{*ledger};
  ledger_.position = Position{ledger_in.u64()};
  ledger_.digest = ledger_in.fixed<Digest>();
  serial_ = ledger_in.u64();
  Status status{Done{}};
  store.scan(Table::streams, {}, [&](ByteView key, ByteView stored) {
    const auto value = rows_.opened(Table::streams, key, copy_of(stored));
    const auto row = value ? decode_stream(*value) : std::nullopt;
    if (!row) {
      status = fail(Code::damaged, "open store: the head of stream " + to_hex(key) + " does not hold");
      return false;
    }
    streams_[stream_of(key)] = *row;
    return true;
  });
  if (!streams_.contains(journal())) {
    streams_[journal()] = {{Seq{}, journal::genesis(options_.domain, journal(), std::nullopt)}, Seq{}, std::nullopt};
  }
  return status;
}

bool Site::is_full() const {
  const Space space = truth_.space();
  return static_cast<double>(space.used_bytes) > static_cast<double>(space.limit_bytes) * (1.0 - kept_share) &&
         !REDRESS_MUTANT(101);
}

Seq Site::receipted(const StreamName& stream) const {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? Seq{} : found->second.receipted;
}

std::vector<wire::OwnJournal> Site::own_journals() const {
  const StreamRow& row = streams_.at(journal());
  return {{{journal(), row.head, Seq{1}}, row.parent}};
}

std::vector<wire::Cursor> Site::received_feeds() const {
  std::vector<wire::Cursor> out;
  if (options_.site == head_office) return out;
  for (const auto& [name, row] : streams_) {
    if (name.owner == head_office && name.reader == options_.site) out.push_back({name, row.head, Seq{1}});
  }
  return out;
}

std::optional<journal::Mark> Site::mark_of(const StreamName& stream) const {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return std::nullopt;
  return found->second.head;
}

std::optional<Digest> Site::digest_at(const StreamName& stream, Seq seq) const {
  const auto found = streams_.find(stream);
  if (seq == Seq{}) {
    const auto parent = found == streams_.end() ? std::nullopt : found->second.parent;
    return journal::genesis(options_.domain, stream, parent);
  }
  if (found == streams_.end() || seq > found->second.head.seq) return std::nullopt;
  if (seq == found->second.head.seq) return found->second.head.digest;
  std::optional<Digest> digest;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    const auto value = rows_.get(store, Table::places, key_of(stream, seq));
    const auto row = value ? decode_place(*value) : std::nullopt;
    if (row) digest = row->digest;
    return Done{};
  });
  return looked ? digest : std::nullopt;
}

std::optional<wire::Grant> Site::grant_for(const Reading& store, SiteId reader, const journal::What& what) const {
  const auto shared = options_.pairwise->with(reader);
  const auto key = key_in(store, options_, what.case_id, what.key);
  if (!shared || !key) return std::nullopt;
  const Bytes data = grant_data(options_.domain, what.case_id, what.key, options_.site, reader);
  return wire::Grant{what.case_id, what.key, 1, crypto::wrap(*shared, data, *key, random_)};
}

sync::Outgoing Site::read(const StreamName& stream, Seq from, std::size_t entries_max, std::size_t bytes_max) const {
  sync::Outgoing out;
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return out;
  const SiteId reader = stream.reader == no_reader ? head_office : stream.reader;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    store.scan(Table::places, key_of(stream, from), [&](ByteView key, ByteView stored) {
      if (stream_of(key) != stream || out.items.size() == entries_max) return false;
      const auto value = rows_.opened(Table::places, key, copy_of(stored));
      const auto place = value ? decode_place(*value) : std::nullopt;
      const auto row = place ? store.get(Table::entries, key_of(place->ledger)) : std::nullopt;
      auto entry = row ? decode_entry(options_.domain, *row) : Result<StoredEntry>{fail(Code::damaged, "no row")};
      if (!entry) return false;  // what stands before the damage still goes; verify names the place
      const std::size_t bytes = entry->item.header.size() + entry->item.body.size();
      if (!out.items.empty() && out.bytes + bytes > bytes_max) return false;
      if (place->with_key && out.grants.size() < limits::grants_max) {
        if (auto grant = grant_for(store, reader, entry->header.what)) out.grants.push_back(std::move(*grant));
      }
      out.bytes += bytes;
      out.last = {Seq{position_of(key).value()}, place->digest};
      out.items.push_back(std::move(entry->item));
      return true;
    });
    return Done{};
  });
  if (!looked) return {};
  return out;
}

std::optional<journal::Checkpoint> Site::checkpoint_at(const StreamName& stream, Seq seq) const {
  std::optional<journal::Checkpoint> out;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    const auto value = store.get(Table::checkpoints, key_of(stream, seq));
    auto decoded = value ? journal::decode_checkpoint(*value) : Result<journal::Checkpoint>{fail(Code::not_found, "")};
    if (decoded) out = *decoded;
    return Done{};
  });
  return looked ? out : std::nullopt;
}

std::optional<journal::Receipt> Site::last_receipt(const StreamName& stream) const {
  std::optional<journal::Receipt> out;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    const auto row = store.last_below(Table::receipts, key_of(stream, Seq{UINT64_MAX}));
    if (!row || stream_of(row->first) != stream) return Done{};
    auto decoded = journal::decode_receipt(row->second);
    if (decoded) out = *decoded;
    return Done{};
  });
  return looked ? out : std::nullopt;
}

sync::Tokens Site::tokens(SiteId site, Epoch epoch) const {
  sync::Tokens tokens;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    const auto value = rows_.get(store, Table::local, token_key(site, epoch));
    if (!value) return Done{};
    Reader in{*value};
    tokens.known = in.fixed<LinkToken>();
    tokens.offered = in.fixed<LinkToken>();
    return Done{};
  });
  return looked ? tokens : sync::Tokens{};
}

std::vector<Result<Outcome>> Site::commit_together(const std::vector<Work>& work, WallTime now, Status& all) {
  std::vector<Result<Outcome>> outcomes;
  std::optional<Turn> turn;
  all = truth_.update([&](Writing& store) -> Status {
    turn.emplace(*this, store, now);
    for (const Work& piece : work) {
      outcomes.push_back(turn->carry_out(piece));
      // A refused piece leaves nothing behind: it does not take the others along.
      if (REDRESS_MUTANT(112) && !outcomes.back()) return fail(Code::unknown_outcome, outcomes.back().error().what);
    }
    return turn->finish();
  });
  if (all) turn->publish();
  if (REDRESS_MUTANT(11) && !all) all = Done{};  // 11: told "saved" though the commit failed
  return outcomes;
}

std::vector<Result<Outcome>> Site::commit(const std::vector<Work>& work, WallTime now) {
  Status all{Done{}};
  std::vector<Result<Outcome>> outcomes = commit_together(work, now, all);
  if (all) return outcomes;
  const bool alone = work.size() == 1 || all.error().code == Code::unknown_outcome;
  std::vector<Result<Outcome>> each;
  for (const Work& piece : work) {
    if (alone) {
      each.emplace_back(fail(all.error()));
      continue;
    }
    Status one{Done{}};
    std::vector<Result<Outcome>> result = commit_together({piece}, now, one);
    if (one) {
      each.push_back(std::move(result.front()));
    } else {
      each.emplace_back(fail(one.error()));
    }
  }
  return each;
}

}  // namespace redress::store
