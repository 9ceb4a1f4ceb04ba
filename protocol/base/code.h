// The closed list of reasons. A code exists only if some caller, peer or person acts differently on it.
//
// Numbers travel in refusals and stand in manuals: never reused, only appended. What each code says to
// people, and who must act, is in protocol/wire/refusal.h.
#pragma once

#include <cstdint>

namespace redress {

enum class Code : std::uint16_t {
  // Input at a door: a form, a file, a request, a configuration.
  malformed = 100,      // not the syntax expected
  too_large = 101,      // over a limit of protocol/base/limits.h
  missing_field = 102,  // a field that must be given is not
  unknown_field = 103,  // a field that this kind does not have
  bad_value = 104,      // a field's value is outside its type or range
  unknown_kind = 105,   // no such kind of event
  not_found = 106,      // no such case, site, route or code
  key_missing = 107,    // a write without Idempotency-Key
  key_reused = 108,     // the same Idempotency-Key with other content
  changed = 109,        // the case changed since it was shown
  bad_config = 110,     // the configuration has errors; all are named
  method = 111,         // this route does not take this method
  bad_host = 112,       // Host or Origin is not this door's

  // Persons and authority.
  unauthenticated = 200,  // no token, or one that is not known here
  forbidden = 201,        // the rule named does not let this role or site do it
  wrong_state = 202,      // the rule named does not allow it in the case's state

  // Peers: why a session was refused or ended.
  version = 300,           // no protocol version in common
  network = 301,           // another deployment's network id
  suite = 302,             // another suite of algorithms
  unknown_site = 303,      // the key is bound to no site
  foreign_site = 304,      // a frame names another site than the key's
  revoked = 305,           // the site's key was revoked
  invite_expired = 306,    // the enrolment token is too old
  invite_used = 307,       // the enrolment token was used by another key
  bad_frame = 308,         // a frame that is malformed, truncated or over a limit
  unexpected_frame = 309,  // a frame that this state does not take
  stale_session = 310,     // a frame of a session that another has replaced
  bad_signature = 311,     // a checkpoint or receipt whose signature does not hold
  bad_chain = 312,         // an entry that does not link to the one before
  bad_author = 313,        // an entry whose author does not own the journal
  hole = 314,              // entries are missing before these; resend from the place named
  fork = 315,              // two different entries at one place
  old_image = 316,         // a store older than what its peer has receipts for: restored or copied
  recovering = 317,        // the gateway is refilling itself; ask later
  retry_later = 318,       // over quota or no room; nothing was taken, keep it and come back
  silent = 319,            // the peer was not heard for too long

  // The machine.
  store_full = 400,       // no room for new entries; what is stored is safe
  busy = 401,             // a bounded queue is full
  unknown_outcome = 402,  // the commit's fate is not known: ask again with the same key
  draining = 403,         // the program is stopping
  io = 404,               // a system call failed
  damaged = 405,          // stored bytes do not agree with their digest or tag
  wrong_key = 406,        // the passphrase or key does not open this; nothing is damaged
  in_use = 407,           // another process holds this store
  newer_format = 408,     // written by a newer program
  key_waiting = 409,      // sealed under a case key that has not come yet
  unreachable = 410,      // no answer from the daemon or gateway
};

}  // namespace redress
