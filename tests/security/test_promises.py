"""Each promise of SECURITY.md, and the tests that hold it."""

import ast
import re

import pytest
from conftest import ROOT

GATE, UPLOADS, LIMITS = (f'security/test_web_{name}.py' for name in ('gate', 'uploads', 'limits'))
CHECKPOINTS, FETCH = 'checkpoints/test_read_and_load.py', 'checkpoints/downloads/test_fetch.py'
ADDRESSES, PLAYLISTS = 'checkpoints/downloads/test_addresses.py', 'datasets/test_playlists.py'
ARCHIVES, WEBAPP = 'security/test_archives_and_pickles.py', 'tools/test_webapp.py'
SOURCES = 'live/test_sources.py'
# The start of each promise, and tests, by file.
PROMISES = {
    'PyTorch files are read with': {CHECKPOINTS: ['test_refuses_a_file_that_would_run_code']},
    'A file that asks for any other type': {CHECKPOINTS: ['test_getattr_is_for_histories_only']},
    '`--trust-checkpoint`': {CHECKPOINTS: ['test_refuses_a_file_that_would_run_code']},
    '`--resume` executes nothing': {
        'engine/runner/test_resuming.py': [
            'test_its_own_checkpoint_is_taken_without_its_text',
            'test_files_of_others_are_forgotten',
        ]
    },
    'A folder or an index of parts': {'security/test_folders.py': ['test_a_folder_names_files_in_it_only']},
    'Reports': {ARCHIVES: ['test_a_report_is_a_pickle_of_plain_values', 'test_token_labels_are_arrays_of_numbers']},
    'Tar shards': {
        ARCHIVES: [
            'test_a_shard_is_never_unpacked_and_its_pickles_are_not_loaded',
            'test_a_list_of_shards_names_files_beside_it',
        ]
    },
    'An address is downloaded': {ADDRESSES: ['test_a_server_cannot_name_another_place']},
    'Downloads are checked': {FETCH: ['test_the_hash_is_checked', 'test_a_hash_in_the_name_is_checked']},
    'Only regular files are opened': {
        PLAYLISTS: ['test_playlists_are_refused_whatever_they_are_called', 'test_no_address_is_asked'],
        'utils/test_file_kinds.py': ['test_kinds_are_named_without_opening'],
    },
    'A decoder that hangs': {'utils/test_time_limit.py': ['test_the_video_is_named_and_the_next_call_works']},
    'PyAV, decord and torchcodec': {'utils/test_process_pool.py': ['test_a_process_that_dies_costs_one_result']},
    'Addresses are opened by': {SOURCES: ['test_addresses_that_are_refused', 'test_no_protocol_leads_to_files']},
    'A server cannot lead a decoder': {
        SOURCES: [
            'test_a_server_cannot_send_a_decoder_elsewhere',
            'test_playlists_are_not_followed',
            'test_errors_of_servers_are_sentences_without_passwords',
        ]
    },
    'It listens on 127.0.0.1': {
        WEBAPP: ['test_the_page'],
        'security/test_web_address.py': ['test_a_host_that_is_not_this_machine', 'test_a_port_in_use'],
    },
    'Of all that Gradio serves': {
        GATE: [
            'test_every_endpoint_is_known',
            'test_three_functions_are_called_and_no_others',
            'test_a_function_gets_what_the_page_gives_it',
            'test_no_other_function_is_called',
            'test_other_methods_are_refused',
            'test_the_example_is_for_those_who_opened_the_page',
        ],
        'security/test_web_hostile.py': ['test_hostile_requests_end_in_one_sentence_and_touch_nothing'],
    },
    'Requests under another Host': {
        GATE: [
            'test_a_page_of_another_name_is_refused',
            'test_another_page_may_not_ask',
            'test_without_the_pages_token_nothing_is_accepted',
            'test_behind_a_reverse_proxy',
        ]
    },
    'An upload belongs to': {
        UPLOADS: [
            'test_the_same_bytes_from_two_visitors_are_two_files',
            'test_another_visitors_upload_is_not_found',
            'test_a_path_is_no_upload',
            'test_an_answer_is_for_its_visitor',
        ]
    },
    'Uploads are limited in size': {
        LIMITS: ['test_a_larger_one_is_refused', 'test_one_video_is_processed_at_a_time'],
        WEBAPP: ['test_limits_are_said', 'test_lists_of_other_files_are_not_opened'],
    },
    'What the model saw': {
        'security/test_web_clips.py': [
            'test_a_clip_is_drawn_for_its_page',
            'test_a_new_video_takes_the_place_of_the_last_one',
            'test_clips_of_a_client_are_limited',
            'test_memory_for_clips_is_limited',
        ]
    },
    'With `--live`': {
        'security/test_web_live.py': [
            'test_sizes_are_limited',
            'test_frames_of_a_client_are_limited',
            'test_memory_is_limited',
            'test_cameras_are_limited_and_end_by_themselves',
            'test_an_answer_is_for_the_camera_of_its_visitor',
            'test_another_page_may_not_send_frames',
        ]
    },
    'Requests, connections, uploads': {
        LIMITS: [
            'test_requests_of_a_client_are_limited',
            'test_connections_of_a_client_are_limited',
            'test_waiting_uploads_of_a_client_are_limited',
            'test_waiting_requests_are_limited',
            'test_an_upload_that_comes_byte_by_byte_ends',
        ]
    },
    'Responses show no paths': {GATE: ['test_no_path_and_no_error_of_the_server_is_shown']},
    'Nothing is loaded from': {WEBAPP: ['test_the_page'], GATE: ['test_headers_that_restrict_the_browser']},
}


def promises():
    text = (ROOT / 'SECURITY.md').read_text().partition('## What is promised')[2].partition('\n## ')[0]
    return [' '.join(match.split()) for match in re.findall(r'^- (.*?)(?=^- |^#|^$)', text, re.M | re.S)]


def test_every_promise_has_tests():
    starts = list(PROMISES)
    found = [[start for start in starts if promise.startswith(start)] for promise in promises()]
    assert [len(matches) for matches in found] == [1] * len(starts), found


@pytest.mark.parametrize('start', PROMISES)
def test_the_tests_of_a_promise_exist(start):
    for file, names in PROMISES[start].items():
        tree = ast.parse((ROOT / 'tests' / file).read_text())
        assert set(names) <= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, file
