// The judge: a separate, stupid reading of what both ends hold.
#include <algorithm>
#include <map>

#include "tests/sim/pair.h"

namespace redress::sim {
namespace {

bool shows(const std::optional<store::CaseFile>& file, const Digest& identity) {
  return file && std::any_of(file->told.begin(), file->told.end(), [&](const casework::Told& told) {
           return told.identity == identity && told.event.has_value();
         });
}

std::vector<SiteId> standing_in(const store::Truth& truth, const CaseId& id) {
  std::vector<SiteId> out;
  const Status looked = truth.view([&](const store::Reading& reading) -> Status {
    reading.scan(store::Table::standing, store::key_of(id, SiteId{}), [&](ByteView key, ByteView) {
      Reader in{key};
      if (in.fixed<CaseId>() != id) return false;
      out.push_back(SiteId{in.u32()});
      return true;
    });
    return Done{};
  });
  REDRESS_ASSERT(looked.has_value());
  return out;
}

std::set<CaseId> cases_in(const store::Truth& truth) {
  std::set<CaseId> out;
  for (const store::StoredEntry& entry : entries_in(truth)) out.insert(entry.header.what.case_id);
  return out;
}

std::string name_of(const Node& node) { return "site " + std::to_string(node.id.value()) + ": "; }
std::string short_name(const Digest& digest) { return to_hex(ByteView{digest.bytes}.first(4)); }

}  // namespace

std::vector<store::StoredEntry> entries_in(const store::Truth& truth) {
  std::vector<store::StoredEntry> out;
  const Status looked = truth.view([&](const store::Reading& reading) -> Status {
    reading.scan(store::Table::entries, {}, [&](ByteView, ByteView value) {
      auto entry = store::decode_entry(sim_domain(), value);
      if (entry) out.push_back(std::move(*entry));
      return true;
    });
    return Done{};
  });
  REDRESS_ASSERT(looked.has_value());
  return out;
}

std::string portrait(const store::CaseFile& file) {
  const casework::CaseView& view = file.view;
  const auto name = [&](std::size_t told) { return to_hex(ByteView{file.told[told].identity.bytes}.first(8)); };
  std::string out = "number=" + view.number + " status=" + std::to_string(static_cast<int>(view.state.status)) +
                    " handler=" + std::to_string(view.state.handler.value()) +
                    " registrar=" + std::to_string(view.state.registrar.value()) +
                    " label=" + (view.label == nullptr ? "" : std::string{view.label->name}) + "\n";
  for (const casework::Line& line : view.timeline) {
    out += name(line.told) + " verdict=" + std::to_string(static_cast<int>(line.verdict)) +
           " rule=" + std::string{line.rule};
    const auto& event = file.told[line.told].event;
    for (const auto& [field, value] : event ? event->fields : std::vector<casework::FieldText>{}) {
      out += " " + field + "=" + value;
    }
    out += "\n";
  }
  for (const auto& at : {view.state.opened, view.state.moved, view.state.started, view.state.disposed,
                         view.state.replied, view.state.called_back, view.state.ended, view.state.resumed}) {
    out += at ? name(*at) + " " : "- ";
  }
  return out;
}

void Pair::note_shown(Branch& branch) {
  Node& node = *branch.node;
  branch.receipted = std::max(branch.receipted, node.site->written().receipted);
  for (const CaseId& id : cases_in(node.truth)) {
    const auto file = node.file_of(id);
    if (!file) continue;
    for (const casework::Told& told : file->told) {
      const casework::KindRow* row = kinds_.find(told.header.what.kind);
      if (told.event && row != nullptr && row->effect == casework::Effect::dispose) {
        branch.disposals.emplace(told.identity, id);
      }
    }
  }
}

void Pair::judge_told(bool settled, std::vector<std::string>& broken) {
  for (const Told& told : told_) {
    const CaseId& id = told.appended.case_id;
    const std::string what = "entry " + short_name(told.appended.identity);
    if (!shows(node(told.by).file_of(id), told.appended.identity)) {
      broken.push_back("P1 " + name_of(node(told.by)) + what + " was told saved and is not there");
    }
    if (!settled) continue;
    if (!shows(gateway_->file_of(id), told.appended.identity)) {
      broken.push_back("P2 head office lacks " + what);
    }
    const std::vector<SiteId> standing = standing_in(gateway_->truth, id);
    for (const auto& branch : branches_) {
      const bool stands = std::count(standing.begin(), standing.end(), branch->node->id) > 0;
      if (stands && !shows(branch->node->file_of(id), told.appended.identity)) {
        broken.push_back("P2 " + name_of(*branch->node) + "lacks " + what);
      }
      if (!stands && branch->node->file_of(id)) {
        broken.push_back("P12 " + name_of(*branch->node) + "holds a case that is not its own");
      }
    }
  }
}

void Pair::judge_ledgers(std::vector<std::string>& broken) {
  std::vector<Node*> nodes{gateway_.get()};
  for (const auto& branch : branches_) nodes.push_back(branch->node.get());
  const store::SigningKeysOf keys_of = [this](SiteId site) { return std::vector{node(site).keys.signing.public_key}; };
  for (Node* one : nodes) {
    std::set<Digest> identities;
    std::set<std::pair<SiteId, CommandId>> commands;
    for (const CaseId& id : cases_in(one->truth)) {
      const auto file = one->file_of(id);
      for (const casework::Line& line : file ? file->view.timeline : std::vector<casework::Line>{}) {
        const casework::Told& told = file->told[line.told];
        if (!identities.insert(told.identity).second) {
          broken.push_back("P3 " + name_of(*one) + "counts entry " + short_name(told.identity) + " twice");
        }
        if (!commands.emplace(told.header.what.author, told.header.what.command).second) {
          broken.push_back("P3 " + name_of(*one) + "counts one command twice: entry " + short_name(told.identity));
        }
      }
    }
    const auto verified = store::verify(one->truth, one->options(), keys_of, one->random);
    if (!verified || verified->errors != 0) {
      broken.push_back("P7 " + name_of(*one) + "does not verify: " +
                       (verified ? verified->findings.front().where + " " + verified->findings.front().what : "io"));
    }
  }
}

void Pair::judge_streams(std::vector<std::string>& broken) {
  const store::Site& centre = *gateway_->site;
  const auto compare = [&](const Node& at, const StreamName& stream, const store::Site& author,
                           const store::Site& reader) {
    const Seq written = author.mark_of(stream).value_or(journal::Mark{}).seq;
    const Seq held = reader.mark_of(stream).value_or(journal::Mark{}).seq;
    if (held > written) broken.push_back("P4 " + name_of(at) + "a reader holds more than was written");
    if (author.receipted(stream) > held) {
      broken.push_back("P1 " + name_of(at) + "a receipt was given for what is not held");
    }
    for (Seq seq{1}; seq <= std::min(written, held); seq = seq.next()) {
      if (author.digest_at(stream, seq) != reader.digest_at(stream, seq)) {
        broken.push_back("P4 " + name_of(at) + "another entry at seq " + std::to_string(seq.value()));
      }
    }
  };
  for (const auto& branch : branches_) {
    const store::Site& site = *branch->node->site;
    for (const wire::Held& own : site.own_journals()) compare(*branch->node, own.head.stream, site, centre);
    for (const wire::Held& held : centre.streams_of(site.site())) {
      if (held.head.stream.reader == site.site()) compare(*branch->node, held.head.stream, centre, site);
    }
    if (site.written().receipted < branch->receipted) {
      broken.push_back("P14 " + name_of(*branch->node) + "a receipt that was shown is gone");
    }
    for (const auto& [identity, id] : branch->disposals) {
      if (!shows(branch->node->file_of(id), identity)) {
        broken.push_back("P14 " + name_of(*branch->node) + "a disposition that was shown is gone");
      }
    }
  }
}

void Pair::judge_cases(std::vector<std::string>& broken) {
  for (const CaseId& id : cases_in(gateway_->truth)) {
    const auto centre = gateway_->file_of(id);
    const std::vector<SiteId> standing = standing_in(gateway_->truth, id);
    for (const auto& branch : branches_) {
      if (std::count(standing.begin(), standing.end(), branch->node->id) == 0) continue;
      const auto file = branch->node->file_of(id);
      if (!centre || !file || portrait(*centre) != portrait(*file)) {
        broken.push_back("P5 " + name_of(*branch->node) + "shows another case than head office\n" +
                         (centre ? portrait(*centre) : "none") + "\n" + (file ? portrait(*file) : "none"));
      }
    }
  }
}

std::vector<std::string> Pair::judge(bool settled) {
  std::vector<std::string> broken;
  judge_told(settled, broken);
  judge_ledgers(broken);
  judge_streams(broken);
  if (settled) judge_cases(broken);
  for (const auto& branch : branches_) note_shown(*branch);
  return broken;
}

}  // namespace redress::sim
