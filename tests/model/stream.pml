/* One stream: author, line, receiver. Is what was told durable, and does all arrive, once and in order?

   Both ends may crash between any two steps, and lose what was not committed. The line loses, repeats and delays frames.
   A frame carries the number of its connection; head office obeys the youngest one only, the author its own. */
#include "sequence.inc"

#ifndef ENTRIES
#define ENTRIES 3
#endif
#ifndef CONNECTIONS
#define CONNECTIONS 3
#endif
#ifndef FAULTS
#define FAULTS 2
#endif
#ifndef CRASHES
#define CRASHES 2
#endif
#define WINDOW 2
#define ROUNDS 4

mtype = { HELLO, BATCH, WELCOME, RECEIPT, EXPECTED };

/* connection, place, identity */
chan up = [3] of { mtype, byte, byte, byte };
/* connection, place */
chan down = [3] of { mtype, byte, byte };

/* The author: on its disk, then in memory. */
int journal;
byte unsaved;         /* an entry that is not committed */
byte own_connection;
byte sent;
byte receipted;

/* The receiver: on its disk, then in memory. */
int held;
byte cursor;
int accepted;
byte session;
byte owed;            /* a receipt up to here, once the disk has it */

/* What the judge knows. */
byte told;            /* identities whose author was told "saved" */
byte identities;
byte connections;
byte faults = FAULTS;
byte crashes = CRASHES;
bool calm;
byte rounds;

/* Set by each step for itself. */
mtype kind;
byte c;
byte p;
byte id;

inline forget() { kind = 0; c = 0; p = 0; id = 0; }

inline hang_up() {
  own_connection = 0;
#ifndef BUG_NOT_SENT_AGAIN
  sent = 0;
#endif
  receipted = 0;
}

inline connect() {
  hang_up();
  connections++;
  own_connection = connections;
  up!HELLO, connections, 0, 0;
}

inline crash_author() {
  unsaved = 0;
  hang_up();
}

inline crash_receiver() {
  accepted = held;
  session = 0;
  owed = 0;
}

inline commit_at_author() {
  journal = APPENDED(journal, unsaved);
  told = told | ONE(unsaved);
  unsaved = 0;
}

inline receiver_step() {
  up?kind, c, p, id;
  if
  :: kind == HELLO ->
    session = c;
    accepted = held;
    owed = 0;
    down!WELCOME, c, cursor;
  :: kind == BATCH && c == session ->
    if
#ifdef BUG_HOLE_ACCEPTED
    :: p > LENGTH(accepted) ->
#else
    :: p == LENGTH(accepted) + 1 ->
#endif
      accepted = APPENDED(accepted, id);
      owed = p;
#ifndef BUG_HOLE_ACCEPTED
    :: p > LENGTH(accepted) + 1 -> down!EXPECTED, c, LENGTH(accepted);
#endif
    :: p <= LENGTH(accepted) ->
      /* The same place says the same, or one of the two disks has lied. */
      assert(AT(accepted, p) == id);
#ifdef BUG_DUPLICATE_TAKEN
      accepted = APPENDED(accepted, id);
#endif
      owed = LENGTH(accepted);
    fi;
#ifdef BUG_RECEIPT_BEFORE_COMMIT
    if
    :: owed != 0 && len(down) < 3 -> down!RECEIPT, c, owed; owed = 0;
    :: else -> skip;
    fi;
#endif
  :: else -> skip;
  fi;
}

inline commit_at_receiver() {
  held = accepted;
  cursor = LENGTH(held);
  if
  :: owed != 0 -> down!RECEIPT, session, LENGTH(held);
  :: else -> skip;
  fi;
  owed = 0;
}

inline author_step() {
  down?kind, c, p;
  if
  :: c != own_connection -> skip;
  :: c == own_connection && kind == RECEIPT ->
    assert(p <= LENGTH(held) && PREFIX(held, p) == PREFIX(journal, p));
    receipted = (p > receipted -> p : receipted);
    sent = (receipted > sent -> receipted : sent);
  :: c == own_connection && kind != RECEIPT ->
#ifdef BUG_NOT_SENT_AGAIN
    sent = (p > sent -> p : sent);
#else
    sent = p;
#endif
    receipted = (kind == WELCOME -> p : receipted);
  fi;
}

#define WELCOMED (own_connection != 0 && own_connection == session)
#ifdef BUG_SENT_BEFORE_COMMIT
#define KNOWN_JOURNAL (unsaved != 0 -> APPENDED(journal, unsaved) : journal)
#else
#define KNOWN_JOURNAL (journal)
#endif
#define CAN_SEND \
  (WELCOMED && len(up) < 3 && len(down) == 0 && sent < LENGTH(KNOWN_JOURNAL) && sent < receipted + WINDOW)
#define CAN_COMMIT (len(down) < 3 && (owed != 0 || held != accepted))
#define QUIET (len(up) == 0 && len(down) == 0 && unsaved == 0 && !CAN_SEND && !CAN_COMMIT)
#define SETTLED (WELCOMED && receipted == LENGTH(journal))

active proctype world() {
  do
  :: unsaved == 0 && !calm && identities < ENTRIES -> d_step {
      identities++;
      unsaved = identities;
#ifdef BUG_TOLD_BEFORE_COMMIT
      told = told | ONE(unsaved);
#endif
    }
  :: unsaved != 0 -> d_step { commit_at_author(); }
  :: CAN_SEND -> d_step {
      sent++;
      up!BATCH, own_connection, sent, AT(KNOWN_JOURNAL, sent);
    }
  :: len(up) > 0 && len(down) < 3 -> d_step { receiver_step(); forget(); }
#ifdef BUG_CURSOR_BEFORE_DATA
  :: CAN_COMMIT && cursor != LENGTH(accepted) -> cursor = LENGTH(accepted);
  :: CAN_COMMIT && cursor == LENGTH(accepted) -> d_step { commit_at_receiver(); }
#else
  :: CAN_COMMIT -> d_step { commit_at_receiver(); }
#endif
  :: len(down) > 0 -> d_step { author_step(); forget(); }
  :: !calm && connections < CONNECTIONS && len(up) < 3 -> d_step { connect(); }

  /* Faults of the line, and of the machines. */
  :: !calm && faults > 0 && len(up) > 0 -> d_step { faults--; up?kind, c, p, id; forget(); }
  :: !calm && faults > 0 && len(down) > 0 -> d_step { faults--; down?kind, c, p; forget(); }
  :: !calm && faults > 0 && len(up) > 1 -> d_step { faults--; up?kind, c, p, id; up!kind, c, p, id; forget(); }
  :: !calm && faults > 0 && len(up) > 0 && len(up) < 3 -> d_step {
      faults--;
      up?kind, c, p, id;
      up!kind, c, p, id;
      up!kind, c, p, id;
      forget();
    }
  :: !calm && crashes > 0 -> d_step { crashes--; crash_author(); }
  :: !calm && crashes > 0 -> d_step { crashes--; crash_receiver(); }

  :: !calm -> calm = true;
  :: calm && QUIET && !SETTLED -> d_step { rounds++; assert(rounds <= ROUNDS); connect(); }
  :: calm && QUIET && SETTLED -> break;
  od;

  assert(held == journal && cursor == LENGTH(held));
  p = 1;
  do
  :: p <= LENGTH(journal) -> told = told & ~ONE(AT(journal, p)); p++;
  :: else -> break;
  od;
  assert(told == 0);
}
