redress_tests(
  store
  DEPENDS sim store
  FILES
    store/beneath_test.cc
    store/case_file_test.cc
    store/case_memory_test.cc
    store/catalogue_test.cc
    store/damage_test.cc
    store/desk_test.cc
    store/follower_test.cc
    store/full_disk_test.cc
    store/lmdb_truth_test.cc
    store/redo_test.cc
    store/room_test.cc
    store/rows_test.cc
    store/search_signs_test.cc
    store/search_test.cc
    store/search_text_test.cc
    store/similar_test.cc
    store/site_test.cc
    store/tamper_test.cc
    store/truth_test.cc
    store/verify_test.cc
    store/verify_views_test.cc)

# 18,000 entries over a simulated line.
redress_tests(store_slow LABEL slow DEPENDS sim store FILES store/backlog_test.cc)

# 100,000 cases, searched and scanned.
redress_tests(store_search LABEL slow DEPENDS sim store FILES store/search_large_test.cc)
