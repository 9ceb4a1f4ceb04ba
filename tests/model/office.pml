/* Head office loses its past: does it notice, and do all get back what any disk still holds?

   One head office and two readers with standing in everything: what one writes is fed to the other, what head office
   writes is fed to both. Head office may be set back to an image of itself, more than once; reader 1 may be set back too
   (-DOLD_READER, and only where its own journal does not fork: that is the matter of clone.pml). Every step is one commit,
   and a session may end between any two. Greeting and comparing are one step.

   An era is an epoch of head office. Its feeds begin where the parent's feeds stood. */
#include "sequence.inc"

#ifndef ERAS
#define ERAS 2
#endif
#ifndef SET_BACKS
#define SET_BACKS 1
#endif
#ifndef ENTRIES
#define ENTRIES 4
#endif
#ifndef CUTS
#define CUTS 1
#endif
#define ROUNDS 8
#define OFFICE 2
#define FEED(e, r) ((e) * 2 + (r))

typedef Office {
  byte set;             /* identities it holds: bit 1 to 7 */
  byte era;
  byte eras;            /* which eras it knows, one bit each */
  int journal[2];       /* what it took of each reader's journal */
  int feed[ERAS * 2];   /* by era and reader */
  bool heard[2];        /* in this era: all was returned */
  byte written;         /* places taken in its own journal */
};
Office office;
Office image;

typedef Reader {
  byte set;
  int journal;
  int copy[ERAS];       /* its feed, by era */
  byte receipted;       /* head office's last receipt: up to where … */
  byte receipt_era;     /* … and in which era it was given */
};
Reader reader[2];
Reader reader_image;

/* Sessions: what a cut forgets. */
bool greeted[2];

/* What the judge knows. */
byte parent[ERAS];      /* by era; signed, so that whoever holds a child shows it */
byte minted;
byte identities;
byte author[8];
byte saw[8];            /* what the author held when it wrote */
byte place[8];          /* of head office's entries, in its own journal */
byte set_backs;
byte must_mint;
#ifdef BUG_RETURNED_WITHOUT_PLACE
byte returned[2];
#endif
bool imaged;
bool reader_imaged;
bool reader_set_back;
byte cuts = CUTS;
bool calm;
byte rounds;
byte survived;

/* Set by each step for itself. */
byte e;
byte i;
byte n;
byte id;
bool news;
bool found;

inline forget() {
  e = 0; i = 0; n = 0; id = 0; news = false; found = false;
}

inline common(a, b) {
  n = 0;
  do
  :: n < LENGTH(a) && n < LENGTH(b) && AT(a, n + 1) == AT(b, n + 1) -> n++;
  :: else -> break;
  od;
}

#define KNOWS_ERA(x) ((office.eras >> (x)) & 1)

/* Three eras at most: the parent and its parent. */
#define DESCENDS(x, from) \
  ((x) == (from) || (x) > 0 && (parent[x] == (from) || parent[x] > 0 && parent[parent[x]] == (from)))

/* Head office is the old one when something was given in this era, or in one that came of it, beyond what it holds. */
inline look_for_news(r) {
#ifndef BUG_RECEIPT_NOT_SHOWN
#ifdef BUG_OLD_PROOF_IS_NEWS
  news = reader[r].receipted > LENGTH(office.journal[r]);
#else
  news = reader[r].receipted > LENGTH(office.journal[r]) && DESCENDS(reader[r].receipt_era, office.era);
#endif
#endif
  e = 0;
  do
  :: e < ERAS ->
    if
    :: reader[r].copy[e] == 0 -> skip;
#ifdef BUG_LENGTHS_COMPARED
    :: reader[r].copy[e] != 0 && e == office.era ->
      news = news || LENGTH(reader[r].copy[e]) > LENGTH(office.feed[FEED(e, r)]);
#else
    :: reader[r].copy[e] != 0 && e == office.era ->
      news = news || !BEGINS(reader[r].copy[e], office.feed[FEED(e, r)]);
#endif
    :: reader[r].copy[e] != 0 && e != office.era -> news = news || DESCENDS(e, office.era);
    fi;
    e++;
  :: else -> break;
  od;
}

inline mint() {
  minted++;
  assert(minted <= set_backs);
  parent[minted] = office.era;
  office.era = minted;
  office.eras = office.eras | (1 << minted);
  office.heard[0] = false;
  office.heard[1] = false;
  office.written = 0;
  greeted[0] = false;
  greeted[1] = false;
}

inline greet(r) {
  look_for_news(r);
  printf("reader %d greets: journal %o, receipt %d of era %d, feeds %o %o\n",
         r, reader[r].journal, reader[r].receipted, reader[r].receipt_era, reader[r].copy[0], reader[r].copy[1]);
  printf("office, era %d: journal %o, feeds %o %o; news %d\n",
         office.era, office.journal[r], office.feed[r], office.feed[2 + r], news);
  if
  :: news -> mint();
  :: else -> skip;
  fi;
  greeted[r] = true;
#ifdef BUG_HEARD_BEFORE_RETURN
  office.heard[r] = true;
#endif
}

/* Head office takes an entry that it may hold already, and feeds a new one to the other reader. */
inline take(from) {
  if
  :: (office.set & ONE(id)) == 0 ->
    office.set = office.set | ONE(id);
#ifdef BUG_RETURNED_NOT_ROUTED
    found = author[id] != from;
#endif
#ifdef BUG_RETURNED_NOT_FED_TO_AUTHOR
    found = author[id] == 1 - from;
#endif
    if
    :: !found -> office.feed[FEED(office.era, 1 - from)] = APPENDED(office.feed[FEED(office.era, 1 - from)], id);
    :: else -> skip;
    fi;
  :: else -> skip;
  fi;
}

#ifdef BUG_RETURNED_WITHOUT_PLACE
#define HAS_RETURN(r) (returned[r] < LENGTH(reader[r].copy[0]))
#else
#define HAS_MORE(x, r) (!BEGINS(reader[r].copy[x], office.feed[FEED(x, r)]))
#if ERAS == 2
#define HAS_RETURN(r) (HAS_MORE(0, r) || HAS_MORE(1, r))
#else
#define HAS_RETURN(r) (HAS_MORE(0, r) || HAS_MORE(1, r) || HAS_MORE(2, r))
#endif
#endif

/* What head office lacks of an older feed comes back by its place. What head office had put there since gives way, and
   is fed again in this era. */
inline return_one(r) {
#ifdef BUG_RETURNED_WITHOUT_PLACE
  returned[r]++;
  id = AT(reader[r].copy[0], returned[r]);
#else
  e = 0;
  do
  :: !HAS_MORE(e, r) -> e++;
  :: else -> break;
  od;
  common(reader[r].copy[e], office.feed[FEED(e, r)]);
  i = n;
#ifndef BUG_NOT_FED_AGAIN
  do
  :: i < LENGTH(office.feed[FEED(e, r)]) ->
    i++;
    id = AT(office.feed[FEED(e, r)], i);
    office.feed[FEED(office.era, r)] = APPENDED(office.feed[FEED(office.era, r)], id);
  :: else -> break;
  od;
#endif
  id = AT(reader[r].copy[e], n + 1);
  office.feed[FEED(e, r)] = APPENDED(PREFIX(office.feed[FEED(e, r)], n), id);
  office.eras = office.eras | (1 << e);
#endif
  printf("reader %d returns %d of era %d\n", r, id, e);
#ifdef BUG_RETURN_JUDGED_BY_PLACE
  i = 1;
  do
  :: i <= identities ->
    found = found || i != id && (office.set & ONE(i)) != 0 && author[i] == OFFICE &&
            author[id] == OFFICE && place[i] == place[id];
    i++;
  :: else -> break;
  od;
#endif
#ifdef BUG_THIRD_PARTY_NOT_RETURNED
  found = author[id] != OFFICE;
#endif
#ifdef BUG_OWN_NOT_RETURNED
  found = author[id] == OFFICE;
#endif
  if
  :: !found -> take(r);
  :: else -> skip;
  fi;
}

#define CAN_SEND(r) (greeted[r] && LENGTH(reader[r].journal) > LENGTH(office.journal[r]))

inline uplink(r) {
#ifdef BUG_SENT_FROM_RECEIPT
  n = (reader[r].receipted > LENGTH(office.journal[r]) -> reader[r].receipted : LENGTH(office.journal[r])) + 1;
#else
  n = LENGTH(office.journal[r]) + 1;
#endif
  if
  :: n == LENGTH(office.journal[r]) + 1 ->
    id = AT(reader[r].journal, n);
    printf("office takes %d of reader %d\n", id, r);
    assert((saw[id] & ~office.set) == 0);
    take(r);
    office.journal[r] = APPENDED(office.journal[r], id);
    reader[r].receipted = n;
    reader[r].receipt_era = office.era;
  :: else ->
    rounds++;
    assert(rounds <= ROUNDS);
  fi;
}

#ifdef BUG_REST_OF_PARENT_SKIPPED
#define MAY_FEED(x, r) \
  ((x) == office.era && reader[r].copy[x] != office.feed[FEED(x, r)] && \
   BEGINS(reader[r].copy[x], office.feed[FEED(x, r)]))
#else
#define MAY_FEED(x, r) \
  (KNOWS_ERA(x) && reader[r].copy[x] != office.feed[FEED(x, r)] && \
   BEGINS(reader[r].copy[x], office.feed[FEED(x, r)]))
#endif
#if ERAS == 2
#define HAS_FEED(r) (greeted[r] && office.heard[r] && (MAY_FEED(0, r) || MAY_FEED(1, r)))
#else
#define HAS_FEED(r) (greeted[r] && office.heard[r] && (MAY_FEED(0, r) || MAY_FEED(1, r) || MAY_FEED(2, r)))
#endif

inline feed_one(r) {
  e = 0;
  do
  :: !MAY_FEED(e, r) -> e++;
  :: else -> break;
  od;
  id = AT(office.feed[FEED(e, r)], LENGTH(reader[r].copy[e]) + 1);
  reader[r].copy[e] = APPENDED(reader[r].copy[e], id);
  reader[r].set = reader[r].set | ONE(id);
  printf("reader %d is fed %d in era %d\n", r, id, e);
}

inline write_at_reader(r) {
  identities++;
  author[identities] = r;
  saw[identities] = reader[r].set;
  reader[r].set = reader[r].set | ONE(identities);
  reader[r].journal = APPENDED(reader[r].journal, identities);
  printf("reader %d writes %d\n", r, identities);
}

inline write_at_office() {
  identities++;
  author[identities] = OFFICE;
  office.written++;
  place[identities] = office.era * 8 + office.written;
  office.set = office.set | ONE(identities);
  office.feed[FEED(office.era, 0)] = APPENDED(office.feed[FEED(office.era, 0)], identities);
  office.feed[FEED(office.era, 1)] = APPENDED(office.feed[FEED(office.era, 1)], identities);
  printf("office writes %d in era %d\n", identities, office.era);
}

inline copy_office(to, from) {
  to.set = from.set;
  to.era = from.era;
  to.eras = from.eras;
  to.written = from.written;
  i = 0;
  do
  :: i < 2 -> to.journal[i] = from.journal[i]; to.heard[i] = from.heard[i]; i++;
  :: else -> break;
  od;
  i = 0;
  do
  :: i < ERAS * 2 -> to.feed[i] = from.feed[i]; i++;
  :: else -> break;
  od;
}

inline copy_reader(to, from) {
  to.set = from.set;
  to.journal = from.journal;
  to.receipted = from.receipted;
  to.receipt_era = from.receipt_era;
  i = 0;
  do
  :: i < ERAS -> to.copy[i] = from.copy[i]; i++;
  :: else -> break;
  od;
}

inline cut(r) {
#ifdef BUG_RETURNED_WITHOUT_PLACE
  returned[r] = 0;
#endif
  greeted[r] = false;
}

inline set_office_back() {
  copy_office(office, image);
  set_backs++;
  cut(0);
  cut(1);
  printf("office is set back: era %d, journals %o %o, feeds %o %o\n", office.era, office.journal[0], office.journal[1],
         office.feed[0], office.feed[1]);
#ifndef OLD_READER
  n = 0;
  do
  :: n < 2 ->
    found = found || reader[n].receipted > LENGTH(office.journal[n]) && DESCENDS(reader[n].receipt_era, office.era);
    e = 0;
    do
    :: e < ERAS ->
      found = found || DESCENDS(e, office.era) && !BEGINS(reader[n].copy[e], office.feed[FEED(e, n)]);
      e++;
    :: else -> break;
    od;
    n++;
  :: else -> break;
  od;
  must_mint = (found -> minted + 1 : must_mint);
#endif
}

#ifdef BUG_UPLINK_BEFORE_RETURN
#define MAY_SEND(r) CAN_SEND(r)
#else
#define MAY_SEND(r) (CAN_SEND(r) && office.heard[r])
#endif

#define SETTLED(r) (greeted[r] && office.heard[r] && !CAN_SEND(r) && !HAS_FEED(r))

/* Until the calm any order is tried; in it, reader 0 goes first. */
#define ITS_TURN(r) (!calm || (r) == 0 || SETTLED(0))

inline play(r) {
  if
  :: !greeted[r] && ITS_TURN(r) -> d_step {
      greet(r);
      rounds = rounds + calm;
      assert(rounds <= ROUNDS);
      forget();
    }
  :: greeted[r] && ITS_TURN(r) && !office.heard[r] && HAS_RETURN(r) -> d_step { return_one(r); forget(); }
  :: greeted[r] && ITS_TURN(r) && !office.heard[r] && !HAS_RETURN(r) -> office.heard[r] = true;
  :: MAY_SEND(r) && ITS_TURN(r) -> d_step { uplink(r); forget(); }
  :: HAS_FEED(r) && ITS_TURN(r) && !(calm && MAY_SEND(r)) -> d_step { feed_one(r); forget(); }
  :: !calm && cuts > 0 && greeted[r] -> d_step { cuts--; cut(r); }
  fi;
}

active proctype world() {
  d_step {
    office.eras = 1;
    office.heard[0] = true;
    office.heard[1] = true;
    copy_office(image, office);
    forget();
  }
  do
  :: play(0)
  :: play(1)
  :: !calm && identities < ENTRIES -> d_step { write_at_reader(0); }
#if !defined(OLD_READER) || defined(WRITING_READER)
  :: !calm && identities < ENTRIES -> d_step { write_at_reader(1); }
#endif
  :: !calm && identities < ENTRIES && office.heard[0] && office.heard[1] -> d_step { write_at_office(); }
  :: !calm && !imaged -> d_step { imaged = true; copy_office(image, office); forget(); }
  :: !calm && imaged && set_backs < SET_BACKS -> d_step { set_office_back(); forget(); }
#ifdef OLD_READER
  :: !calm && !reader_imaged -> d_step { reader_imaged = true; copy_reader(reader_image, reader[1]); forget(); }
  :: !calm && reader_imaged && !reader_set_back && BEGINS(office.journal[1], reader_image.journal) -> d_step {
      reader_set_back = true;
      copy_reader(reader[1], reader_image);
      cut(1);
      forget();
      printf("reader 1 is set back: feeds %o %o\n", reader[1].copy[0], reader[1].copy[1]);
    }
#endif
  :: !calm -> calm = true; survived = office.set | reader[0].set | reader[1].set;
  :: calm && SETTLED(0) && SETTLED(1) -> break;
  od;

  assert(office.set == survived);
  assert(reader[0].set == survived);
  assert(reader[1].set == survived);
  assert(office.journal[0] == reader[0].journal && office.journal[1] == reader[1].journal);
  assert(minted >= must_mint);
  e = 0;
  do
  :: e < ERAS ->
    assert(reader[0].copy[e] == office.feed[FEED(e, 0)]);
    assert(reader[1].copy[e] == office.feed[FEED(e, 1)]);
    e++;
  :: else -> break;
  od;
}
