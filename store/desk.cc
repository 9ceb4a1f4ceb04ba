#include "store/desk.h"

#include <algorithm>
#include <charconv>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"
#include "protocol/casework/number.h"

namespace redress::store {
namespace {

std::uint64_t digest8(const journal::Domain& domain, std::string_view label, std::string_view text) {
  const std::array<ByteView, 3> parts{view_of(label), view_of(domain.network), view_of(text)};
  const Digest digest = domain.suite->hash(parts);
  return Reader{digest.bytes}.u64();
}

bool is_assumed(const casework::KindRow* row, std::string_view name, const std::vector<casework::FieldText>& fields) {
  const casework::Field* field = row == nullptr ? nullptr : row->field(name);
  if (field == nullptr || field->assumed_by.empty()) return false;
  return std::any_of(fields.begin(), fields.end(), [&](const casework::FieldText& one) {
    return one.first == field->assumed_by && one.second == "true";
  });
}

// What was asked, to know it again: an assumed value may differ when the same is asked later.
RequestDigest request_digest(const journal::Domain& domain, const casework::KindRow* row, std::string_view kind,
                             const CaseId& case_id, const std::vector<casework::FieldText>& fields) {
  Writer out;
  const auto put = [&out](std::string_view text) {
    out.u32(static_cast<std::uint32_t>(text.size()));
    out.raw(view_of(text));
  };
  out.raw(view_of("redress/request/1"));
  put(kind);
  out.fixed(case_id);
  for (const auto& [name, value] : fields) {
    if (is_assumed(row, name, fields)) continue;
    put(name);
    put(value);
  }
  const std::array<ByteView, 1> parts{ByteView{out.bytes()}};
  const Digest digest = domain.suite->hash(parts);
  RequestDigest request;
  std::copy_n(digest.bytes.begin(), request.bytes.size(), request.bytes.begin());
  return request;
}

}  // namespace

CommandId command_of(const journal::Domain& domain, std::string_view key) {
  const auto slash = key.rfind('/');
  const std::string_view source = slash == std::string_view::npos ? std::string_view{} : key.substr(0, slash);
  const std::string_view row = slash == std::string_view::npos ? key : key.substr(slash + 1);
  std::uint64_t counter = 0;
  const auto [end, error] = std::from_chars(row.data(), row.data() + row.size(), counter);
  // "007" and "7" are two rows of a source: only the canonical spelling counts as a number.
  const bool numbered = error == std::errc{} && end == row.data() + row.size() && std::to_string(counter) == row &&
                        counter < (std::uint64_t{1} << 62);
  Writer out;
  out.u64(digest8(domain, "redress/source/1", source));
  out.u64(numbered ? counter : digest8(domain, "redress/row/1", row) | (std::uint64_t{1} << 63));
  Reader in{out.bytes()};
  return in.fixed<CommandId>();
}

Desk::Desk(Truth& truth, const DeskOptions& options, const casework::Kinds& kinds, Serial& serial, Random& random)
    : truth_{truth},
      options_{options},
      kinds_{kinds},
      serial_{serial},
      random_{random},
      sealer_{random},
      rows_{options.site.kek},
      beneath_{truth, options.site, kinds.opening().kind} {}

Earlier Desk::earlier(const CommandId& command, const RequestDigest& request) const {
  Earlier found;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    found = repeated_in(store, options_.site, rows_, command, request);
    return Done{};
  });
  if (!looked) return Result<Appended>{fail(looked.error())};
  return found;
}

journal::What Desk::what_of(const casework::KindRow& row, const Asked& asked, const CommandId& command) const {
  journal::What what;
  what.suite = options_.site.domain.suite->id;
  what.kind = row.kind;
  what.kind_version = row.version;
  what.author = options_.site.site;
  what.staff = asked.staff;
  what.command = command;
  what.time = asked.now;
  what.offset_minutes = options_.offset_minutes;
  return what;
}

Result<Append> Desk::seal(const casework::KindRow& row, const casework::Event& event, journal::What what,
                          const crypto::CaseKey& key) {
  what.key = key.id;
  const auto plain = casework::encode_event(row, event);
  if (!plain) return fail(plain.error());
  auto body = sealer_.seal(key, journal::associated_data(options_.site.domain, what), *plain);
  if (!body) return fail(body.error());
  memory_.add_sealed(journal::identity_of(options_.site.domain, what, *body), without_texts(kinds_, event));
  Append append;
  append.what = std::move(what);
  append.body = std::move(*body);
  return append;
}

Result<std::variant<Append, Appended>> Desk::register_case(const Asked& asked) {
  const casework::KindRow& row = kinds_.opening();
  const CommandId command = command_of(options_.site.domain, asked.key);
  const RequestDigest request = request_digest(options_.site.domain, &row, row.name, CaseId{}, asked.fields);
  if (auto before = earlier(command, request)) {
    if (!*before) return fail(before->error());
    return std::variant<Append, Appended>{**before};
  }
  auto event = casework::parse_event(row, asked.fields, options_.editions);
  if (!event) return fail(event.error());
  if (options_.extra_fields) {
    const Status extra = casework::check_extensions(options_.extra_fields(asked.now), asked.fields);
    if (!extra) return fail(extra.error());
  }
  journal::What what = what_of(row, asked, command);
  what.case_id = casework::mint_case_id(options_.site.site, asked.now, random_);
  if (REDRESS_MUTANT(37)) what.case_id.bytes.fill(static_cast<std::byte>(serial_.load()));  // 37: its number is its id
  if (options_.parent != SiteId{} && options_.parent != head_office) what.to.push_back(options_.parent);
  const std::uint64_t serial = ++serial_;
  casework::mint(row, *event, casework::case_no_field,
                 casework::case_no(options_.site.site, asked.now, options_.offset_minutes, serial, what.case_id));
  const crypto::CaseKey key = crypto::make_case_key(what.case_id, random_);
  const Bytes data = keyring_data(options_.site.domain, what.case_id, key.id, options_.site.kek_generation);
  auto append = seal(row, *event, std::move(what), key);
  if (!append) return fail(append.error());
  append->new_key = crypto::wrap(options_.site.kek, data, key, random_);
  append->request = request;
  append->serial = serial;
  return std::variant<Append, Appended>{std::move(*append)};
}

// A hand-over names the unit that takes the case, then its supervisor, so that every site ranks them alike (D7); who is
// asked to assist is named alone. A branch names only units that head office will give the case to (D12): its
// supervisor, head office, one that reports to it, or one that has it.
Result<std::vector<SiteId>> Desk::addressees(const casework::KindRow& row, const casework::Event& event,
                                             const CaseFile& file) {
  std::vector<SiteId> to;
  const bool assists = row.effect == casework::Effect::assist;
  if (row.effect != casework::Effect::move && !assists) return to;
  const std::string* unit = event.value(casework::unit_field);
  REDRESS_ASSERT(unit != nullptr);  // the row demands it and the parser checked it
  std::uint32_t number = 0;
  std::from_chars(unit->data(), unit->data() + unit->size(), number);
  to.push_back(SiteId{number});
  if (to.front() == head_office) return to;
  if (!options_.parent_of) {
    const bool has_it = to.front() == options_.parent || to.front() == file.view.state.registrar ||
                        std::any_of(file.told.begin(), file.told.end(),
                                    [&](const casework::Told& told) { return told.header.what.author == to.front(); });
    if (has_it) return to;
    const auto is_beneath = beneath_.has(to.front());
    if (!is_beneath) return fail(is_beneath.error());
    if (*is_beneath) {
      if (!assists) to.push_back(options_.site.site);
      return to;
    }
    return fail(Code::forbidden,
                "D12: to the supervisor, head office, a unit that reports here, or one that has the case "
                "(上级行、总行、辖属机构或已经手机构)",
                std::string{casework::unit_field});
  }
  const auto parent = options_.parent_of(to.front());
  if (!parent) return fail(Code::bad_value, "no such site is enrolled", std::string{casework::unit_field});
  if (!assists && *parent != SiteId{} && *parent != head_office) to.push_back(*parent);
  return to;
}

Result<std::variant<Append, Appended>> Desk::act(const CaseId& case_id, std::string_view kind, const Asked& asked) {
  const CommandId command = command_of(options_.site.domain, asked.key);
  const casework::KindRow* row = kinds_.find(kind);
  const RequestDigest request = request_digest(options_.site.domain, row, kind, case_id, asked.fields);
  if (auto before = earlier(command, request)) {
    if (!*before) return fail(before->error());
    return std::variant<Append, Appended>{**before};
  }
  if (row == nullptr || row->effect == casework::Effect::open) return fail(Code::unknown_kind, "no such act", "kind");
  return rest(case_id, *row, asked, {command, request},
              [&] { return casework::parse_event(*row, asked.fields, options_.editions); });
}

Result<std::variant<Append, Appended>> Desk::record(const CaseId& case_id, const casework::Event& event,
                                                    std::string_view key, WallTime now) {
  const casework::KindRow* row = kinds_.find(event.kind);
  REDRESS_ASSERT(row != nullptr);
  const CommandId command = command_of(options_.site.domain, key);
  // The key alone says what is recorded: an addressee or a count may be another when it is asked again.
  const RequestDigest request = request_digest(options_.site.domain, row, row->name, case_id, {});
  if (auto before = earlier(command, request)) {
    if (!*before) return fail(before->error());
    return std::variant<Append, Appended>{**before};
  }
  return rest(case_id, *row, {StaffId{}, key, {}, now}, {command, request},
              [&] { return Result<casework::Event>{event}; });
}

Status Desk::recall(const CaseId& case_id, const std::function<void(const CaseFile&)>& look) {
  return truth_.view([&](const Reading& store) -> Status {
    const CaseFile* file = recall_case(store, options_.site, rows_, kinds_, sealer_, case_id, memory_);
    if (file != nullptr) look(*file);
    return Done{};
  });
}

Result<std::variant<Append, Appended>> Desk::rest(const CaseId& case_id, const casework::KindRow& row,
                                                  const Asked& asked, const Known& known,
                                                  const std::function<Result<casework::Event>()>& event_made) {
  const CaseFile* file = nullptr;
  std::optional<crypto::CaseKey> key;
  journal::Seen seen;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    file = recall_case(store, options_.site, rows_, kinds_, sealer_, case_id, memory_);
    // The case's key is the one that its opening names, whatever else was granted.
    const auto opened = file != nullptr ? file->view.state.opened : std::nullopt;
    if (opened) key = key_in(store, options_.site, case_id, file->told[*opened].header.what.key);
    seen = feed_seen(store, rows_, options_.site.site).value_or(journal::Seen{});
    return Done{};
  });
  if (!looked) return fail(looked.error());
  if (file == nullptr) return fail(Code::not_found, "no such case here", "case");
  const auto event = event_made();
  if (!event) return fail(event.error());
  if (auto no = casework::objection(file->view, row, {options_.site.site, asked.staff}, &*event))
    return fail(std::move(*no));
  if (options_.objects && asked.staff != StaffId{}) {
    if (auto no = options_.objects(*file, row, asked.roles)) return fail(std::move(*no));
  }
  if (!key) return fail(Code::key_waiting, "the case's key is not here yet", "case");
  const auto to = addressees(row, *event, *file);
  if (!to) return fail(to.error());
  journal::What what = what_of(row, asked, known.command);
  what.case_id = case_id;
  what.after = file->view.heads;
  what.seen = seen;
  what.to = *to;
  auto append = seal(row, *event, std::move(what), *key);
  if (!append) return fail(append.error());
  append->request = known.request;
  append->shown = file->head;
  append->entries_shown = file->told.size();
  return std::variant<Append, Appended>{std::move(*append)};
}

std::optional<CaseFile> Desk::foreseen(const Append& registration) const {
  const Digest identity = journal::identity_of(options_.site.domain, registration.what, registration.body);
  const casework::Event* event = memory_.sealed(identity);
  if (event == nullptr) return std::nullopt;
  CaseFile file;
  file.id = registration.what.case_id;
  file.told.push_back({identity, {{}, registration.what, 0, {}}, *event, std::nullopt, Position{}});
  file.view = casework::fold(kinds_, file.told);
  return file;
}

std::optional<CaseFile> Desk::file_of(const CaseId& case_id) {
  std::optional<CaseFile> file;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    file = read_case(store, options_.site, kinds_, sealer_, case_id);
    return Done{};
  });
  return looked ? std::move(file) : std::nullopt;
}

}  // namespace redress::store
