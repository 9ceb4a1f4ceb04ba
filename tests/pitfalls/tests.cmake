# Each unsafe default of LMDB, ZeroMQ and FlatBuffers that could hurt us: it fails bare, and ours holds.
redress_tests(pitfalls
  DEPENDS crash_states gateway agent sim demo_relay cppzmq PkgConfig::LMDB flatbuffers::flatbuffers
  FILES
    pitfalls/lmdb_crash_test.cc
    pitfalls/lmdb_test.cc
    pitfalls/zmq_test.cc
    pitfalls/zmq_session_test.cc
    pitfalls/flatbuffers_test.cc)
target_include_directories(test_pitfalls SYSTEM PRIVATE ${CMAKE_BINARY_DIR}/generated)
target_compile_definitions(test_pitfalls PRIVATE REDRESS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
