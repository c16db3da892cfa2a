//! Every MUST and SHOULD of the specifications that is ours to keep, in our own words, and the tests that prove it. What we leave
//! undone on purpose stands below, with the reason.
//!
//! A test is named as `cargo test` prints it. Those of `src` have `::tests::` in their names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::PathBuf;

use Source::{
    ClientIdDocument, Mcp20251125, Mcp20260728, OAuth21, Rfc6749, Rfc6750, Rfc7009, Rfc7591,
    Rfc7636, Rfc7662, Rfc8252, Rfc8414, Rfc8707, Rfc9068, Rfc9207, Rfc9700, Rfc9728,
};
use Strength::{Must, Should};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Rfc6749,
    /// draft-ietf-oauth-v2-1-13 and later
    OAuth21,
    Rfc6750,
    Rfc7009,
    Rfc7591,
    Rfc7636,
    Rfc7662,
    Rfc8252,
    Rfc8414,
    Rfc8707,
    Rfc9068,
    Rfc9207,
    Rfc9700,
    Rfc9728,
    /// draft-ietf-oauth-client-id-metadata-document-01; the rules of -00 and -02 are the same, some numbers are not
    ClientIdDocument,
    /// basic/authorization
    Mcp20251125,
    /// basic/authorization and its neighbours
    Mcp20260728,
}

impl Source {
    const WITH_REQUIREMENTS: [Self; 16] = [
        Rfc6749,
        OAuth21,
        Rfc6750,
        Rfc7009,
        Rfc7591,
        Rfc7636,
        Rfc8252,
        Rfc8414,
        Rfc8707,
        Rfc9068,
        Rfc9207,
        Rfc9700,
        Rfc9728,
        ClientIdDocument,
        Mcp20251125,
        Mcp20260728,
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strength {
    Must,
    Should,
}

struct Requirement {
    source: Source,
    section: &'static str,
    strength: Strength,
    says: &'static str,
    proved_by: &'static [&'static str],
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} {} {:?}: {}",
            self.source, self.section, self.strength, self.says
        )
    }
}

const fn r(
    source: Source,
    section: &'static str,
    strength: Strength,
    says: &'static str,
    proved_by: &'static [&'static str],
) -> Requirement {
    Requirement {
        source,
        section,
        strength,
        says,
        proved_by,
    }
}

#[rustfmt::skip]
const REQUIREMENTS: &[Requirement] = &[
    r(Rfc6749, "2.3", Must, "A request authenticates its client in one way, not in two.",
        &["oauth::tokens::client_authentication_fails_the_same_way_for_every_reason"]),
    r(Rfc6749, "2.3.1", Must, "A client that was given a secret may send it by HTTP Basic, form-encoded within.",
        &["oauth::tokens::a_secret_is_accepted_by_post_and_by_basic_whichever_was_registered"]),
    r(Rfc6749, "2.3.1", Must, "A secret in the address of the request is not taken.",
        &["oauth::tokens::the_body_must_be_one_plain_form"]),
    r(Rfc6749, "3.1", Must, "The owner proves who he is before anything is granted.",
        &["oauth::owner::no_answer_without_the_right_secret_yields_a_code", "oauth::owner::an_approval_is_not_remembered"]),
    r(Rfc6749, "3.1", Must, "The authorization endpoint takes GET, and GET alone grants nothing.",
        &["oauth::owner::asking_alone_yields_a_page_whatever_the_method_and_the_query"]),
    r(Rfc6749, "3.1", Must, "A parameter without a value counts as left out.",
        &["oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer", "oauth::tokens::other_grants_and_missing_parameters_are_named"]),
    r(Rfc6749, "3.1", Must, "The authorization endpoint ignores parameters that it does not know.",
        &["oauth::requests::unknown_parameters_and_spellings_of_our_resource_are_fine"]),
    r(Rfc6749, "3.1", Must, "No parameter of an authorization request stands there twice.",
        &["oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer", "oauth::requests::only_the_registered_redirect_uri_is_accepted"]),
    r(Rfc6749, "3.1.1", Must, "A response type that is missing or not offered is an error.",
        &["oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer"]),
    r(Rfc6749, "3.1.2", Must, "A redirect URI is absolute and has no fragment.",
        &["oauth::registration::redirect_uris_that_a_browser_would_repair_run_or_misread_are_refused", "oauth::redirects::what_is_accepted_means_to_a_browser_what_it_says"]),
    r(Rfc6749, "3.1.2", Must, "The query of a redirect URI is kept when parameters are added.",
        &["oauth::requests::the_redirect_keeps_its_query_and_carries_state_and_issuer_once"]),
    r(Rfc6749, "3.1.2.1", Should, "A redirect URI is https, or leads to the owner's own machine.",
        &["oauth::registration::redirect_uris_that_a_browser_would_repair_run_or_misread_are_refused", "oauth::redirects::what_is_accepted_means_to_a_browser_what_it_says"]),
    r(Rfc6749, "3.1.2.2", Must, "Every client registers where it may be sent back to.",
        &["oauth::registration::malformed_registrations_are_refused_in_json"]),
    r(Rfc6749, "3.1.2.3", Must, "A client with several redirect URIs names one, and it is compared with those that were registered.",
        &["oauth::requests::of_two_redirect_uris_one_must_be_named", "oauth::redirects::covered_is_the_same_text_or_another_port_on_loopback_and_nothing_else"]),
    r(Rfc6749, "3.1.2.4", Must, "The browser is never sent to a redirect URI that was not proved; the owner is told instead.",
        &["oauth::requests::only_the_registered_redirect_uri_is_accepted", "oauth::redirects::no_text_in_the_parameter_leads_anywhere"]),
    r(Rfc6749, "3.2", Must, "Tokens are given to POST alone.",
        &["oauth::tokens::the_body_must_be_one_plain_form", "oauth::requests::both_forms_of_each_path_work"]),
    r(Rfc6749, "3.2", Must, "No parameter that the token endpoint knows stands there twice.",
        &["oauth::tokens::the_body_must_be_one_plain_form"]),
    r(Rfc6749, "3.2", Must, "The token endpoint ignores parameters that it does not know.",
        &["oauth::specification::parameters_that_the_token_endpoint_does_not_know_change_nothing"]),
    r(Rfc6749, "3.2.1", Must, "A client with a secret shows it at the token endpoint.",
        &["oauth::tokens::client_authentication_fails_the_same_way_for_every_reason"]),
    r(Rfc6749, "3.3", Must, "The answer names the scopes that were granted when they are not those that were asked for.",
        &["oauth::consent::the_owner_decides_and_the_token_says_what_was_granted", "oauth::scopes::no_token_can_do_more_than_the_owner_ticked"]),
    r(Rfc6749, "3.3", Must, "A request without scopes means a fixed set of them.",
        &["oauth::scopes::no_token_can_do_more_than_the_owner_ticked", "oauth::scope::tests::a_request_without_known_scopes_means_read_and_write"]),
    r(Rfc6749, "3.3", Must, "The order of scopes means nothing, and neither does naming one again.",
        &["oauth::scopes::a_list_means_its_known_names_whatever_their_order_and_number"]),
    r(Rfc6749, "4.1.2", Must, "A code lives ten minutes at the most.",
        &["oauth::tokens::a_code_lives_two_minutes"]),
    r(Rfc6749, "4.1.2", Must, "A code is redeemed once.",
        &["oauth::tokens::a_replayed_code_revokes_its_grant", "oauth::races::of_two_redemptions_at_once_exactly_one_is_answered_with_tokens",
          "oauth::races::of_sixteen_redemptions_at_once_exactly_one_is_answered_with_tokens"]),
    r(Rfc6749, "4.1.2", Should, "A code that comes a second time takes with it what the first one brought.",
        &["oauth::tokens::a_replayed_code_revokes_its_grant"]),
    r(Rfc6749, "4.1.2", Must, "A code belongs to one client and one redirect URI.",
        &["oauth::tokens::a_failed_attempt_does_not_burn_the_code_and_the_fifth_does", "oauth::tokens::a_replay_without_the_verifier_revokes_nothing"]),
    r(Rfc6749, "4.1.2", Must, "The state comes back exactly as it was sent, and only when it was.",
        &["oauth::requests::the_redirect_keeps_its_query_and_carries_state_and_issuer_once"]),
    r(Rfc6749, "4.1.2.1", Must, "An unknown client is not told by way of a redirect.",
        &["oauth::requests::an_unknown_client_is_told_on_a_page_of_ours"]),
    r(Rfc6749, "4.1.2.1", Must, "Other mistakes go back to the client as an error code of the specification, with the state.",
        &["oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer", "oauth::requests::known_clients_hear_of_their_mistakes"]),
    r(Rfc6749, "4.1.2.1", Must, "What the owner refuses is access_denied.",
        &["oauth::owner::what_was_denied_cannot_be_approved"]),
    r(Rfc6749, "4.1.3", Must, "A code is given tokens only for the client that it was issued to, and for the redirect URI that it was sent to.",
        &["oauth::tokens::a_failed_attempt_does_not_burn_the_code_and_the_fifth_does"]),
    r(Rfc6749, "5.1", Must, "An answer with tokens is JSON and stays in no cache.",
        &["oauth::tokens::a_token_answer_has_the_shape_that_clients_expect"]),
    r(Rfc6749, "5.1", Should, "The answer says how long the access token lives.",
        &["oauth::tokens::a_token_answer_has_the_shape_that_clients_expect", "oauth::specification::an_access_token_names_its_times_and_is_unique"]),
    r(Rfc6749, "5.2", Must, "An error of the token endpoint is 400 in JSON with a code of the specification.",
        &["oauth::tokens::other_grants_and_missing_parameters_are_named"]),
    r(Rfc6749, "5.2", Must, "A client that tried Basic in vain is answered 401 with a Basic challenge.",
        &["oauth::tokens::client_authentication_fails_the_same_way_for_every_reason"]),
    r(Rfc6749, "5.2", Must, "Error descriptions keep to the characters that are allowed in them.",
        &["oauth::error::tests::descriptions_stay_within_the_characters_of_the_specification"]),
    r(Rfc6749, "6", Must, "A refresh token works for its own client alone, which is authenticated again.",
        &["oauth::refresh::a_refresh_token_belongs_to_its_client"]),
    r(Rfc6749, "6", Must, "A refresh never yields a scope that the owner did not give.",
        &["oauth::refresh::a_refresh_may_narrow_the_access_token_and_never_widen_it", "oauth::scopes::no_token_can_do_more_than_the_owner_ticked"]),
    r(Rfc6749, "6", Must, "A new refresh token has the scopes of the one that it replaces.",
        &["oauth::scopes::no_token_can_do_more_than_the_owner_ticked"]),
    r(Rfc6749, "10.2", Must, "Who has only the id of a client with a secret is not that client.",
        &["oauth::tokens::client_authentication_fails_the_same_way_for_every_reason"]),
    r(Rfc6749, "10.2", Should, "A request that was granted before is not granted again by itself.",
        &["oauth::owner::an_approval_is_not_remembered"]),
    r(Rfc6749, "10.3", Must, "Tokens and codes are shown to nobody but their client.",
        &["oauth::logs::the_log_tells_who_came_and_no_secret_even_at_its_loudest"]),
    r(Rfc6749, "10.4", Must, "A refresh token cannot be made, changed or guessed by anybody else.",
        &["oauth::specification::no_character_of_what_we_signed_can_be_changed", "oauth::refresh::nothing_else_passes_for_a_refresh_token_or_a_bearer"]),
    r(Rfc6749, "10.10", Must, "Codes and tokens cannot be guessed.",
        &["oauth::specification::codes_are_long_random_and_never_the_same", "oauth::forgery::a_damaged_token_is_refused"]),
    r(Rfc6749, "10.10", Must, "What people type is protected against guessing as well.",
        &["oauth::owner::guessing_is_delayed_over_all_pages_cookies_and_addresses_together", "oauth::owner::a_transaction_dies_after_five_wrong_secrets"]),
    r(Rfc6749, "10.12", Must, "Nobody else can make the owner's browser answer the consent page.",
        &["oauth::owner::a_form_from_another_site_is_refused", "oauth::owner::another_browser_cannot_answer_the_page"]),
    r(Rfc6749, "10.13", Should, "The consent page cannot be framed.",
        &["oauth::consent::the_page_is_protected_and_its_policy_does_not_block_the_redirect"]),
    r(Rfc6749, "10.14", Must, "What a client says about itself cannot become markup or a header.",
        &["oauth::consent::a_name_cannot_become_markup_or_hide", "oauth::registration::redirect_uris_that_a_browser_would_repair_run_or_misread_are_refused"]),

    r(OAuth21, "2.3.1", Must, "Redirect URIs are compared as text, with the port of a loopback address as the only exception.",
        &["oauth::redirects::covered_is_the_same_text_or_another_port_on_loopback_and_nothing_else"]),
    r(OAuth21, "4.1.1", Must, "No request without a challenge for S256 gets as far as the owner.",
        &["oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer"]),
    r(OAuth21, "4.1.3", Must, "No code is redeemed without its verifier.",
        &["oauth::tokens::other_grants_and_missing_parameters_are_named", "oauth::tokens::a_failed_attempt_does_not_burn_the_code_and_the_fifth_does"]),
    r(OAuth21, "4.3.1", Must, "Refresh tokens of public clients are rotated.",
        &["oauth::refresh::a_refresh_rotates_and_leaves_the_old_access_token_alone", "oauth::chain::in_memory_the_chain_keeps_its_promise_under_any_interleaving"]),
    r(OAuth21, "4.3.1", Must, "A superseded refresh token that comes back ends the grant.",
        &["oauth::refresh::a_token_two_generations_old_revokes_the_grant", "oauth::races::an_old_token_after_the_grace_ends_its_grant_even_among_right_ones",
          "oauth::chain::on_a_disk_the_chain_keeps_its_promise_under_any_interleaving"]),
    r(OAuth21, "4.3.1", Should, "A refresh token that is not used ends.",
        &["oauth::refresh::an_idle_refresh_token_ends_and_a_used_one_ends_after_a_year"]),
    r(OAuth21, "4.3.1", Must, "What refresh tokens are bound to, their client, scopes and resource, does not change.",
        &["oauth::refresh::a_refresh_token_belongs_to_its_client", "oauth::refresh::the_resource_is_checked_and_inherited"]),
    r(OAuth21, "4.3.1", Must, "A revoked grant stays revoked beyond a restart where state outlives the process.",
        &["oauth::chain::in_sqlite_the_chain_keeps_its_promise_under_any_interleaving"]),
    r(OAuth21, "5.1", Must, "A token in the address of a request is none.",
        &["oauth::guard::a_bearer_is_one_word_after_one_space_in_one_header"]),
    r(OAuth21, "5.2", Must, "A resource server checks that a token is genuine, not expired, for itself, and enough for what is asked.",
        &["oauth::forgery::every_claim_is_required_in_its_type", "oauth::guard::an_access_token_ends_with_its_time", "answers::permissions::a_reader_sees_and_calls_only_what_reads"]),
    r(OAuth21, "7.1.3", Must, "Tokens stand in no log.",
        &["oauth::logs::the_log_tells_who_came_and_no_secret_even_at_its_loudest"]),
    r(OAuth21, "7.5.2", Must, "Of two clients with the same code at most one ends up with live tokens.",
        &["oauth::tokens::fifty_redemptions_at_once_yield_one_token_at_most", "oauth::races::a_slow_store_lets_no_second_redemption_through_and_loses_no_first"]),
    r(OAuth21, "10", Must, "There is no implicit grant and no grant for passwords.",
        &["oauth::specification::no_token_travels_in_an_address", "oauth::tokens::other_grants_and_missing_parameters_are_named"]),

    r(Rfc6750, "2", Must, "A request carries one token in one way.",
        &["oauth::guard::a_bearer_is_one_word_after_one_space_in_one_header", "oauth::guard::two_credentials_pass_only_when_they_are_one"]),
    r(Rfc6750, "2.1", Must, "A token is taken from the Authorization header, whatever the case of its scheme.",
        &["oauth::guard::a_bearer_is_one_word_after_one_space_in_one_header"]),
    r(Rfc6750, "2.3", Should, "A token in the query is not taken.",
        &["oauth::guard::a_bearer_is_one_word_after_one_space_in_one_header"]),
    r(Rfc6750, "3", Must, "A request without a usable token is told how to get one.",
        &["oauth::guard::without_a_credential_each_path_names_its_own_document"]),
    r(Rfc6750, "3", Must, "The parameters of the challenge stand there once and hold no character that would end them.",
        &["oauth::guard::a_wrong_credential_is_named_as_such_and_never_reflected"]),
    r(Rfc6750, "3.1", Should, "Without a credential the challenge carries no error.",
        &["oauth::guard::without_a_credential_each_path_names_its_own_document"]),
    r(Rfc6750, "3.1", Should, "A token that is wrong, expired or revoked is 401 and invalid_token.",
        &["oauth::guard::a_wrong_credential_is_named_as_such_and_never_reflected", "oauth::guard::an_access_token_ends_with_its_time"]),
    r(Rfc6750, "3.1", Should, "A token that may not do it is 403 and insufficient_scope, with the scopes that may.",
        &["oauth::guard::a_refusal_for_lack_of_scopes_becomes_a_challenge"]),
    r(Rfc6750, "5.3", Should, "An access token lives an hour.",
        &["oauth::guard::an_access_token_ends_with_its_time", "configuration::load::four_variables_are_enough_and_the_rest_has_its_defaults"]),
    r(Rfc6750, "5.3", Must, "A token is for one audience, and others refuse it.",
        &["oauth::forgery::every_claim_is_required_in_its_type", "oauth::restart::another_secret_another_address_or_another_athlete_share_nothing"]),

    r(Rfc7009, "2", Must, "Refresh tokens can be given back.",
        &["oauth::revocation::either_token_ends_the_whole_grant_at_once_whatever_the_hint"]),
    r(Rfc7009, "2", Should, "Access tokens can be given back as well.",
        &["oauth::revocation::either_token_ends_the_whole_grant_at_once_whatever_the_hint"]),
    r(Rfc7009, "2.1", Must, "A client that gives back is authenticated as at the token endpoint.",
        &["oauth::revocation::the_client_proves_itself_as_at_the_token_endpoint"]),
    r(Rfc7009, "2.1", Must, "A token is revoked for the client alone that it was issued to.",
        &["oauth::revocation::a_token_of_another_client_is_not_revoked"]),
    r(Rfc7009, "2.1", Must, "It is over at once and for good.",
        &["oauth::revocation::either_token_ends_the_whole_grant_at_once_whatever_the_hint", "oauth::revocation::revoking_at_the_moment_of_a_refresh_leaves_nothing_alive",
          "oauth::chain::in_sqlite_the_chain_keeps_its_promise_under_any_interleaving"]),
    r(Rfc7009, "2.1", Must, "A wrong hint does not keep a token from being found.",
        &["oauth::revocation::either_token_ends_the_whole_grant_at_once_whatever_the_hint"]),
    r(Rfc7009, "2.1", Should, "With a refresh token its access tokens end.",
        &["oauth::revocation::every_token_of_the_chain_ends_with_it"]),
    r(Rfc7009, "2.2", Must, "A token that is unknown or over is answered 200 like any other.",
        &["oauth::revocation::nobody_learns_what_a_text_was"]),
    r(Rfc7009, "2.2.1", Must, "Errors are those of the token endpoint.",
        &["oauth::revocation::what_is_not_one_well_formed_request_is_refused_and_revokes_nothing", "oauth::revocation::the_client_proves_itself_as_at_the_token_endpoint"]),

    r(Rfc7591, "2", Must, "A client that does not say how it authenticates gets HTTP Basic.",
        &["oauth::registration::a_confidential_client_gets_a_secret_that_never_expires"]),
    r(Rfc7591, "2", Must, "Metadata that is not understood is ignored.",
        &["oauth::registration::optional_members_of_any_type_are_ignored"]),
    r(Rfc7591, "2.1", Should, "Grant and response types in the answer fit each other.",
        &["oauth::registration::a_public_client_gets_an_id_and_no_secret", "oauth::tokens::a_client_that_registered_without_refreshing_gets_no_refresh_token"]),
    r(Rfc7591, "3.1", Must, "Registrations are JSON by POST.",
        &["oauth::registration::a_public_client_gets_an_id_and_no_secret", "oauth::requests::both_forms_of_each_path_work"]),
    r(Rfc7591, "3.2.1", Must, "The answer stays in no cache.",
        &["oauth::registration::a_public_client_gets_an_id_and_no_secret"]),
    r(Rfc7591, "3.2.1", Must, "The answer is 201 with an id that is nobody else's and with all that was registered.",
        &["oauth::registration::a_public_client_gets_an_id_and_no_secret", "oauth::registration::two_equal_registrations_are_two_clients"]),
    r(Rfc7591, "3.2.1", Must, "A secret comes with the time of its end, and a public client gets neither.",
        &["oauth::registration::a_confidential_client_gets_a_secret_that_never_expires", "oauth::registration::a_public_client_gets_an_id_and_no_secret"]),
    r(Rfc7591, "3.2.1", Must, "Whatever was replaced is in the answer as it is now.",
        &["oauth::registration::optional_members_of_any_type_are_ignored"]),
    r(Rfc7591, "3.2.2", Must, "An error is 400 in JSON: invalid_redirect_uri or invalid_client_metadata.",
        &["oauth::registration::malformed_registrations_are_refused_in_json", "oauth::registration::redirect_uris_that_a_browser_would_repair_run_or_misread_are_refused"]),
    r(Rfc7591, "5", Must, "Where anybody may register, redirect URIs are required and held to their rules.",
        &["oauth::registration::malformed_registrations_are_refused_in_json", "oauth::redirects::what_is_accepted_means_to_a_browser_what_it_says"]),
    r(Rfc7591, "5", Must, "What clients say about themselves is shown as their own words.",
        &["oauth::consent::the_page_tells_where_access_goes_and_what_it_allows"]),
    r(Rfc7591, "5", Should, "Registrations are limited, and cost nothing that lasts.",
        &["oauth::registration::a_flood_of_registrations_is_delayed_and_nobody_is_locked_out", "oauth::registration::a_few_addresses_cannot_use_up_the_registrations_of_the_others",
          "oauth::registration::oversized_registrations_are_refused",
          "oauth::memory::five_thousand_strangers_raise_memory_by_less_than_20_megabytes", "oauth::memory::five_thousand_accepted_strangers_raise_memory_by_less_than_20_megabytes"]),

    r(Rfc7636, "4.1", Must, "A verifier has 43 to 128 unreserved characters.",
        &["oauth::specification::a_verifier_has_the_length_and_the_characters_of_the_specification"]),
    r(Rfc7636, "4.2", Must, "S256 is there for everybody.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else", "oauth::pkce::tests::the_example_of_the_specification_holds"]),
    r(Rfc7636, "4.3", Must, "A challenge without a method means plain, which is not offered.",
        &["oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer"]),
    r(Rfc7636, "4.4.1", Must, "A missing challenge or another method is invalid_request.",
        &["oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer"]),
    r(Rfc7636, "4.6", Must, "The verifier is compared before anything is issued; a wrong one is invalid_grant.",
        &["oauth::tokens::a_failed_attempt_does_not_burn_the_code_and_the_fifth_does"]),
    r(Rfc7636, "7.2", Must, "The method cannot be talked down.",
        &["oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer"]),

    r(Rfc8252, "7", Must, "Native apps can be sent back by an app's scheme, by https and by a loopback address.",
        &["oauth::registration::redirect_uris_of_clients_in_the_field_are_accepted_as_written"]),
    r(Rfc8252, "7.3", Must, "On a loopback address any port will do.",
        &["oauth::requests::on_loopback_only_the_port_may_differ", "oauth::redirects::covered_is_the_same_text_or_another_port_on_loopback_and_nothing_else"]),
    r(Rfc8252, "8.1", Must, "Native apps can and must use PKCE.",
        &["oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer"]),
    r(Rfc8252, "8.4", Must, "A native app is a public client and registers its whole redirect URI.",
        &["oauth::registration::a_public_client_gets_an_id_and_no_secret", "oauth::requests::only_the_registered_redirect_uri_is_accepted"]),
    r(Rfc8252, "8.6", Should, "No request is granted without asking, since any program can pass for a native app.",
        &["oauth::owner::an_approval_is_not_remembered", "oauth::consent::the_page_tells_where_access_goes_and_what_it_allows"]),

    r(Rfc8414, "2", Must, "The document names issuer, endpoints, response types and the methods of PKCE.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else"]),
    r(Rfc8414, "2", Must, "The issuer is https without query and fragment.",
        &["public_url::tests::what_is_not_a_safe_origin_is_refused_with_its_reason", "configuration::load::every_wrong_value_is_refused_under_its_own_name"]),
    r(Rfc8414, "2", Should, "An endpoint to give tokens back is named.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else"]),
    r(Rfc8414, "3", Must, "It lies at the well-known path of the issuer.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else"]),
    r(Rfc8414, "3.2", Must, "It is JSON with 200, and members without a value are left out.",
        &["oauth::specification::the_metadata_is_plain_json_at_the_place_itself"]),
    r(Rfc8414, "3.3", Must, "The issuer is letter by letter the one whose document was asked for.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else", "oauth::discovery::forwarded_headers_change_no_url"]),

    r(Rfc8707, "2", Must, "A resource is absolute and has no fragment; one that is not ours is invalid_target.",
        &["oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer", "oauth::tokens::the_resource_must_be_ours_and_is_checked_before_the_code_is_spent"]),
    r(Rfc8707, "2", Must, "Several resources may be named.",
        &["oauth::requests::unknown_parameters_and_spellings_of_our_resource_are_fine", "oauth::resource::tests::one_foreign_resource_spoils_all"]),
    r(Rfc8707, "2", Should, "A token is restricted to the resource that was asked for.",
        &["oauth::specification::the_audience_is_the_resource_that_was_asked_for_and_stays_it"]),
    r(Rfc8707, "2.2", Must, "A refresh does not leave the resources of the grant.",
        &["oauth::refresh::the_resource_is_checked_and_inherited"]),

    r(Rfc9068, "2.1", Must, "An access token is signed and says at+jwt.",
        &["oauth::forgery::the_forger_makes_tokens_exactly_as_the_server_does"]),
    r(Rfc9068, "2.2", Must, "It carries iss, exp, aud, sub, client_id, iat and jti.",
        &["oauth::forgery::the_forger_makes_tokens_exactly_as_the_server_does", "oauth::specification::an_access_token_names_its_times_and_is_unique"]),
    r(Rfc9068, "2.2.3", Should, "It carries the scopes.",
        &["oauth::specification::an_access_token_names_its_times_and_is_unique"]),
    r(Rfc9068, "3", Should, "Its audience is the resource of the request, or else a default.",
        &["oauth::specification::the_audience_is_the_resource_that_was_asked_for_and_stays_it"]),
    r(Rfc9068, "4", Must, "Another type, none as the algorithm, another issuer, another audience, a broken signature or a past end: refused.",
        &["oauth::forgery::another_header_is_refused_even_with_the_right_key", "oauth::forgery::every_claim_is_required_in_its_type",
          "oauth::forgery::no_other_key_signs_an_access_token", "oauth::forgery::a_damaged_token_is_refused", "oauth::guard::an_access_token_ends_with_its_time"]),
    r(Rfc9068, "5", Must, "No other signed thing of ours passes for an access token.",
        &["oauth::refresh::nothing_else_passes_for_a_refresh_token_or_a_bearer", "oauth::forgery::no_other_key_signs_an_access_token"]),
    r(Rfc9068, "5", Must, "No client can have the subject of the owner.",
        &["oauth::specification::a_client_cannot_pass_for_the_owner_by_its_name_or_its_id"]),

    r(Rfc9207, "2", Must, "A code comes with the issuer.",
        &["oauth::requests::the_redirect_keeps_its_query_and_carries_state_and_issuer_once"]),
    r(Rfc9207, "2", Must, "An error comes with the issuer.",
        &["oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer", "oauth::owner::what_was_denied_cannot_be_approved"]),
    r(Rfc9207, "2", Must, "It is the issuer of the metadata, letter by letter, and stands there once.",
        &["oauth::requests::the_redirect_keeps_its_query_and_carries_state_and_issuer_once"]),
    r(Rfc9207, "2.3", Must, "The metadata says that it will be there.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else"]),

    r(Rfc9700, "2.1", Must, "Redirect URIs are compared exactly, but for the port of a loopback address.",
        &["oauth::redirects::covered_is_the_same_text_or_another_port_on_loopback_and_nothing_else"]),
    r(Rfc9700, "2.1", Must, "The server forwards browsers to nobody on a stranger's word.",
        &["oauth::requests::mistakes_of_a_stranger_stay_local", "oauth::owner::denying_a_stranger_sends_the_browser_nowhere"]),
    r(Rfc9700, "2.1.1", Must, "PKCE is there, is enforced, and can be detected.",
        &["oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer", "oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else"]),
    r(Rfc9700, "2.1.2", Should, "No access token is issued by the authorization endpoint.",
        &["oauth::specification::no_token_travels_in_an_address"]),
    r(Rfc9700, "2.2.2", Must, "Refresh tokens of public clients are rotated.",
        &["oauth::refresh::a_refresh_rotates_and_leaves_the_old_access_token_alone"]),
    r(Rfc9700, "2.3", Should, "Tokens carry no more than was needed, and are for one resource server.",
        &["oauth::scopes::no_token_can_do_more_than_the_owner_ticked", "oauth::forgery::every_claim_is_required_in_its_type"]),
    r(Rfc9700, "2.4", Must, "The password grant does not exist.",
        &["oauth::tokens::other_grants_and_missing_parameters_are_named"]),
    r(Rfc9700, "2.6", Must, "Answers of the authorization endpoint travel by https, or to the owner's own machine.",
        &["oauth::registration::redirect_uris_that_a_browser_would_repair_run_or_misread_are_refused", "configuration::load::every_wrong_value_is_refused_under_its_own_name"]),
    r(Rfc9700, "2.6", Must, "Pages of other sites cannot read the authorization endpoint.",
        &["http::cors::pages_never_read_the_consent_page_or_what_is_not_theirs"]),
    r(Rfc9700, "2.6", Should, "Endpoints and abilities are published as metadata.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else"]),
    r(Rfc9700, "4.2.4", Should, "Neither the page nor the way back tells anybody by Referer where it came from.",
        &["oauth::specification::the_way_back_to_the_client_gives_nothing_away", "oauth::consent::the_page_is_protected_and_its_policy_does_not_block_the_redirect"]),
    r(Rfc9700, "4.4.2", Must, "A client of several servers can tell that the answer is ours.",
        &["oauth::requests::the_redirect_keeps_its_query_and_carries_state_and_issuer_once"]),
    r(Rfc9700, "4.5.3", Must, "A code that was put into another session is worthless without its verifier.",
        &["oauth::tokens::a_failed_attempt_does_not_burn_the_code_and_the_fifth_does"]),
    r(Rfc9700, "4.7.1", Must, "A server whose clients rely on PKCE against forged requests offers it to all of them.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else"]),
    r(Rfc9700, "4.8.2", Must, "There is no code without a challenge, so none for which a verifier would be in vain.",
        &["oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer"]),
    r(Rfc9700, "4.11.2", Must, "A request with a wrong client or redirect URI never redirects.",
        &["oauth::requests::an_unknown_client_is_told_on_a_page_of_ours", "oauth::redirects::no_text_in_the_parameter_leads_anywhere"]),
    r(Rfc9700, "4.11.2", Should, "A browser is redirected by itself only to a place that is trusted.",
        &["oauth::requests::mistakes_of_a_stranger_stay_local", "oauth::redirect::tests::look_alikes_of_known_clients_are_unknown"]),
    r(Rfc9700, "4.12", Must, "The form of the owner is answered by 303, never by 307.",
        &["oauth::specification::the_way_back_to_the_client_gives_nothing_away"]),
    r(Rfc9700, "4.13", Must, "Headers of a proxy are believed only as far as our own proxies wrote them.",
        &["oauth::discovery::forwarded_headers_change_no_url", "oauth::address::tests::only_what_our_own_proxies_wrote_is_believed", "http::host::forwarded_headers_do_not_change_who_we_are"]),
    r(Rfc9700, "4.14.2", Must, "Refresh tokens are bound to the scopes and resources that the owner agreed to.",
        &["oauth::refresh::a_refresh_may_narrow_the_access_token_and_never_widen_it", "oauth::refresh::the_resource_is_checked_and_inherited"]),
    r(Rfc9700, "4.14.2", Must, "The use of a superseded refresh token revokes the active one.",
        &["oauth::chain::in_memory_the_chain_keeps_its_promise_under_any_interleaving", "oauth::races::an_old_token_after_the_grace_ends_its_grant_even_among_right_ones"]),
    r(Rfc9700, "4.14.2", Should, "Refresh tokens end when they are not used.",
        &["oauth::refresh::an_idle_refresh_token_ends_and_a_used_one_ends_after_a_year"]),
    r(Rfc9700, "4.14.2", Should, "The owner can end a connection, and with it its refresh tokens.",
        &["oauth::connections::ending_one_ends_it_at_once_and_no_other", "oauth::connections::ending_all_takes_a_tick_and_then_ends_everything"]),
    r(Rfc9700, "4.15.1", Should, "A client cannot choose an id or a subject that passes for the owner's.",
        &["oauth::specification::a_client_cannot_pass_for_the_owner_by_its_name_or_its_id"]),
    r(Rfc9700, "4.16.1", Must, "The consent page cannot be framed.",
        &["oauth::consent::the_page_is_protected_and_its_policy_does_not_block_the_redirect"]),

    r(Rfc9728, "2", Must, "The document names the resource, and the authorization server that is trusted.",
        &["oauth::discovery::each_resource_document_names_the_url_that_was_typed"]),
    r(Rfc9728, "2", Must, "The resource is https without a fragment.",
        &["public_url::tests::what_is_not_a_safe_origin_is_refused_with_its_reason", "oauth::discovery::each_resource_document_names_the_url_that_was_typed"]),
    r(Rfc9728, "3.1", Must, "It lies at the well-known path with the path of the resource behind it.",
        &["oauth::discovery::each_resource_document_names_the_url_that_was_typed"]),
    r(Rfc9728, "3.2", Must, "It is JSON with 200, and members without a value are left out.",
        &["oauth::specification::the_metadata_is_plain_json_at_the_place_itself"]),
    r(Rfc9728, "3.3", Must, "The resource is letter by letter the one whose document was asked for.",
        &["oauth::discovery::each_resource_document_names_the_url_that_was_typed"]),
    r(Rfc9728, "5.1", Must, "The challenge names the document of the path that was called.",
        &["oauth::guard::without_a_credential_each_path_names_its_own_document"]),

    r(ClientIdDocument, "3", Must, "The id is an https URL with a path, without dot segments, fragment, user or password.",
        &["oauth::client_url::tests::what_is_not_plainly_a_public_site_is_refused", "oauth::cimd::network::cimd_01_urls_that_lead_inside_are_refused_before_anything_is_asked"]),
    r(ClientIdDocument, "3", Must, "Ids are compared as text.",
        &["oauth::cimd::connecting::codes_and_refresh_tokens_belong_to_the_url_that_they_were_made_for", "oauth::cimd::reading::cimd_04_a_document_that_says_the_wrong_thing_is_refused_with_the_reason"]),
    r(ClientIdDocument, "4", Should, "The document of a client that is a URL is fetched.",
        &["oauth::cimd::connecting::a_modern_client_finds_its_way_from_the_challenge_to_a_tool"]),
    r(ClientIdDocument, "4", Must, "A redirect is not followed.",
        &["oauth::cimd::reading::a_redirect_is_not_followed"]),
    r(ClientIdDocument, "4", Must, "Only 200 is a success.",
        &["oauth::cimd::reading::cimd_03_only_200_with_json_of_a_modest_size_is_a_document"]),
    r(ClientIdDocument, "4.1", Must, "The document names the URL from which it came as its id.",
        &["oauth::cimd::reading::cimd_04_a_document_that_says_the_wrong_thing_is_refused_with_the_reason", "oauth::cimd::document::tests::cimd_04_documents_that_say_the_wrong_thing_are_refused"]),
    r(ClientIdDocument, "4.1", Must, "There is no shared secret in it, and no method that needs one.",
        &["oauth::cimd::document::tests::cimd_04_documents_that_say_the_wrong_thing_are_refused", "oauth::cimd::connecting::a_client_with_a_document_has_no_secret_to_show"]),
    r(ClientIdDocument, "4.2", Must, "A redirect URI is one of the document.",
        &["oauth::cimd::keeping::cimd_03_an_address_that_was_taken_out_of_the_document_gets_no_more_codes", "oauth::cimd::page::no_error_is_sent_to_an_address_that_no_document_has_proved"]),
    r(ClientIdDocument, "4.3", Should, "Without a document the request ends.",
        &["oauth::cimd::reading::cimd_03_only_200_with_json_of_a_modest_size_is_a_document", "oauth::cimd::reading::a_host_that_does_not_even_begin_with_tls_is_given_up_on"]),
    r(ClientIdDocument, "4.4", Should, "A document is kept as long as its site says, within bounds of ours.",
        &["oauth::cimd::keeping::a_document_is_kept_as_long_as_its_site_says_within_bounds"]),
    r(ClientIdDocument, "4.4", Must, "Errors and documents that are invalid are not kept.",
        &["oauth::cimd::keeping::errors_and_invalid_documents_are_not_kept"]),
    r(ClientIdDocument, "5", Must, "The metadata says that it is offered.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else"]),
    r(ClientIdDocument, "6.1", Should, "A redirect URI on another site than the document is pointed out.",
        &["oauth::cimd::page::an_address_of_another_site_is_pointed_out"]),
    r(ClientIdDocument, "6.4", Should, "The owner sees the host of the id, and that nobody has checked the rest.",
        &["oauth::cimd::page::the_page_says_that_nothing_was_checked_and_where_access_would_go"]),
    r(ClientIdDocument, "6.5", Must, "No document is fetched from an address for special use, whichever name or notation leads there.",
        &["oauth::cimd::network::cimd_01_addresses_of_the_inside_look_like_a_name_that_does_not_exist", "oauth::cimd::network::a_name_that_changes_its_mind_after_the_check_gains_nothing",
          "oauth::special_addresses::tests::disguises_of_an_ipv4_address_are_special", "oauth::special_addresses::tests::every_address_of_a_registered_network_is_special"]),
    r(ClientIdDocument, "6.6", Should, "What is read of a document is limited.",
        &["oauth::cimd::reading::cimd_03_only_200_with_json_of_a_modest_size_is_a_document", "oauth::cimd::reading::cimd_03_a_site_that_never_ends_is_given_up_on"]),
    r(ClientIdDocument, "6.7", Should, "The logo of a client is not loaded from where it says.",
        &["oauth::cimd::reading::a_logo_is_never_fetched"]),

    r(Mcp20251125, "Roles", Must, "The authorization server is one of OAuth 2.1, for public and for confidential clients.",
        &["oauth::owner::the_owner_connects_a_client_from_the_first_call_to_a_refresh", "oauth::tokens::a_secret_is_accepted_by_post_and_by_basic_whichever_was_registered"]),
    r(Mcp20251125, "Authorization server location", Must, "There is protected resource metadata with at least one authorization server.",
        &["oauth::discovery::each_resource_document_names_the_url_that_was_typed"]),
    r(Mcp20251125, "Protected resource metadata discovery", Must, "The metadata is found by the challenge or at its well-known place.",
        &["oauth::guard::without_a_credential_each_path_names_its_own_document", "oauth::discovery::each_resource_document_names_the_url_that_was_typed"]),
    r(Mcp20251125, "Protected resource metadata discovery", Should, "The challenge says which scopes to ask for.",
        &["oauth::guard::without_a_credential_each_path_names_its_own_document"]),
    r(Mcp20251125, "Authorization server metadata discovery", Must, "There is metadata by RFC 8414 or by OpenID Connect.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else", "oauth::discovery::there_is_no_openid_configuration_and_no_key_set"]),
    r(Mcp20251125, "Client ID metadata documents", Should, "A client can be the URL of its metadata document.",
        &["oauth::cimd::connecting::a_modern_client_finds_its_way_from_the_challenge_to_a_tool"]),
    r(Mcp20251125, "Client ID metadata documents", Must, "The document is whole, and names its own URL and the redirect URI of the request.",
        &["oauth::cimd::reading::cimd_04_a_document_that_says_the_wrong_thing_is_refused_with_the_reason", "oauth::cimd::page::no_error_is_sent_to_an_address_that_no_document_has_proved"]),
    r(Mcp20251125, "Client ID metadata documents", Should, "A document is kept as its site says.",
        &["oauth::cimd::keeping::a_document_is_kept_as_long_as_its_site_says_within_bounds"]),
    r(Mcp20251125, "Client ID metadata document security", Should, "A document does not make the server ask addresses of the inside.",
        &["oauth::cimd::network::cimd_01_addresses_of_the_inside_look_like_a_name_that_does_not_exist", "oauth::cimd::abuse::without_the_secret_nothing_is_fetched_or_looked_up"]),
    r(Mcp20251125, "Client ID metadata document security", Should, "A client with a document that leads to the owner's own machine alone is warned about.",
        &["oauth::cimd::page::cimd_06_a_program_on_this_computer_is_nobody_that_a_site_can_vouch_for"]),
    r(Mcp20251125, "Resource parameter", Should, "Upper case in scheme and host is accepted, and the form without a trailing slash is used.",
        &["oauth::requests::unknown_parameters_and_spellings_of_our_resource_are_fine", "oauth::discovery::each_resource_document_names_the_url_that_was_typed"]),
    r(Mcp20251125, "Token handling", Must, "Every request is judged by its token before it is processed.",
        &["oauth::guard::the_guard_stands_before_every_method_of_its_paths_and_before_nothing_else", "oauth::guard::the_challenge_comes_before_the_body_is_read"]),
    r(Mcp20251125, "Token handling", Must, "Tokens that were not issued for this server are refused.",
        &["oauth::forgery::every_claim_is_required_in_its_type", "oauth::restart::another_secret_another_address_or_another_athlete_share_nothing"]),
    r(Mcp20251125, "Token handling", Must, "The client's token goes no further than the guard.",
        &["oauth::guard::what_lies_behind_sees_a_caller_and_no_credential"]),
    r(Mcp20251125, "Error handling", Must, "Missing or invalid authorization is 401, insufficient scope 403.",
        &["oauth::guard::without_a_credential_each_path_names_its_own_document", "answers::permissions::a_reader_sees_and_calls_only_what_reads"]),
    r(Mcp20251125, "Scope challenge handling", Should, "403 comes with insufficient_scope, the scopes and the metadata.",
        &["oauth::guard::a_refusal_for_lack_of_scopes_becomes_a_challenge", "answers::permissions::a_reader_sees_and_calls_only_what_reads"]),
    r(Mcp20251125, "Token theft", Should, "Access tokens live shortly.",
        &["oauth::guard::an_access_token_ends_with_its_time"]),
    r(Mcp20251125, "Token theft", Must, "Refresh tokens of public clients are rotated.",
        &["oauth::refresh::a_refresh_rotates_and_leaves_the_old_access_token_alone"]),
    r(Mcp20251125, "Communication security", Must, "Endpoints are https, and redirect URIs are https or loopback.",
        &["configuration::load::every_wrong_value_is_refused_under_its_own_name", "oauth::registration::redirect_uris_that_a_browser_would_repair_run_or_misread_are_refused"]),
    r(Mcp20251125, "Authorization code protection", Must, "The metadata says that S256 is there.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else"]),
    r(Mcp20251125, "Open redirection", Must, "Redirect URIs are compared exactly with those that were registered.",
        &["oauth::redirects::covered_is_the_same_text_or_another_port_on_loopback_and_nothing_else"]),
    r(Mcp20251125, "Open redirection", Must, "Browsers are not sent to places that are not trusted.",
        &["oauth::requests::mistakes_of_a_stranger_stay_local", "oauth::owner::denying_a_stranger_sends_the_browser_nowhere"]),
    r(Mcp20251125, "Localhost redirect URI risks", Must, "The consent page shows the host of the redirect URI.",
        &["oauth::consent::the_page_tells_where_access_goes_and_what_it_allows"]),
    r(Mcp20251125, "Localhost redirect URI risks", Should, "A redirect to the owner's own machine is warned about.",
        &["oauth::consent::the_page_tells_where_access_goes_and_what_it_allows"]),
    r(Mcp20251125, "Confused deputy problem", Must, "The owner is asked for each client, in a browser that is his.",
        &["oauth::owner::an_approval_is_not_remembered", "oauth::owner::another_browser_cannot_answer_the_page"]),

    r(Mcp20260728, "index, Roles", Must, "The authorization server is one of OAuth 2.1, for public and for confidential clients.",
        &["oauth::owner::the_owner_connects_a_client_from_the_first_call_to_a_refresh", "oauth::tokens::a_secret_is_accepted_by_post_and_by_basic_whichever_was_registered"]),
    r(Mcp20260728, "index, Scope selection", Should, "The challenge says which scopes to ask for, always in the same way.",
        &["oauth::guard::without_a_credential_each_path_names_its_own_document", "oauth::guard::a_wrong_credential_is_named_as_such_and_never_reflected"]),
    r(Mcp20260728, "index, Refresh tokens", Should, "offline_access stands neither in the challenge nor in the resource's metadata.",
        &["oauth::guard::without_a_credential_each_path_names_its_own_document", "oauth::discovery::each_resource_document_names_the_url_that_was_typed"]),
    r(Mcp20260728, "index, Authorization response", Should, "The authorization response names the issuer, errors too.",
        &["oauth::requests::the_redirect_keeps_its_query_and_carries_state_and_issuer_once", "oauth::requests::mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer"]),
    r(Mcp20260728, "index, Authorization response", Must, "A server that names the issuer says so in its metadata.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else"]),
    r(Mcp20260728, "index, Resource parameter", Should, "Upper case in scheme and host is accepted, and the form without a trailing slash is used.",
        &["oauth::requests::unknown_parameters_and_spellings_of_our_resource_are_fine"]),
    r(Mcp20260728, "index, Token handling", Must, "Tokens are judged before the request is, and are for this server.",
        &["oauth::guard::the_challenge_comes_before_the_body_is_read", "oauth::forgery::every_claim_is_required_in_its_type"]),
    r(Mcp20260728, "index, Token handling", Must, "The client's token goes no further than the guard.",
        &["oauth::guard::what_lies_behind_sees_a_caller_and_no_credential"]),
    r(Mcp20260728, "index, Error handling", Must, "Missing or invalid authorization is 401, insufficient scope 403.",
        &["oauth::guard::without_a_credential_each_path_names_its_own_document", "answers::permissions::a_reader_sees_and_calls_only_what_reads"]),
    r(Mcp20260728, "index, Scope challenge handling", Should, "One 403 names all the scopes that the call needs.",
        &["oauth::guard::a_refusal_for_lack_of_scopes_becomes_a_challenge"]),
    r(Mcp20260728, "index, Scope challenge handling", Must, "A scope that carries another counts as both.",
        &["oauth::scopes::a_set_is_written_so_that_it_is_read_back", "identity::tests::every_scope_carries_reading", "answers::permissions::a_writer_writes"]),
    r(Mcp20260728, "authorization-server-discovery", Must, "There is protected resource metadata, at its well-known place and in the challenge.",
        &["oauth::discovery::each_resource_document_names_the_url_that_was_typed", "oauth::guard::without_a_credential_each_path_names_its_own_document"]),
    r(Mcp20260728, "authorization-server-discovery", Must, "The issuer of the metadata is the one that the client looked for.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else"]),
    r(Mcp20260728, "client-registration", Should, "A client can be the URL of its metadata document.",
        &["oauth::cimd::connecting::a_modern_client_finds_its_way_from_the_challenge_to_a_tool"]),
    r(Mcp20260728, "client-registration", Must, "The document is whole, and names its own URL and the redirect URI of the request.",
        &["oauth::cimd::reading::cimd_04_a_document_that_says_the_wrong_thing_is_refused_with_the_reason", "oauth::cimd::page::no_error_is_sent_to_an_address_that_no_document_has_proved"]),
    r(Mcp20260728, "client-registration", Should, "A document is kept as its site says.",
        &["oauth::cimd::keeping::a_document_is_kept_as_long_as_its_site_says_within_bounds"]),
    r(Mcp20260728, "security-considerations, Client ID metadata documents", Should, "A document does not make the server ask addresses of the inside.",
        &["oauth::cimd::network::cimd_01_addresses_of_the_inside_look_like_a_name_that_does_not_exist", "oauth::cimd::abuse::without_the_secret_nothing_is_fetched_or_looked_up"]),
    r(Mcp20260728, "security-considerations, Client ID metadata documents", Should, "A client with a document that leads to the owner's own machine alone is warned about.",
        &["oauth::cimd::page::cimd_06_a_program_on_this_computer_is_nobody_that_a_site_can_vouch_for"]),
    r(Mcp20260728, "client-registration", Must, "A client that says what kind of application it is gets registered all the same.",
        &["oauth::registration::a_public_client_gets_an_id_and_no_secret"]),
    r(Mcp20260728, "security-considerations, Token theft", Should, "Access tokens live shortly.",
        &["oauth::guard::an_access_token_ends_with_its_time"]),
    r(Mcp20260728, "security-considerations, Token theft", Must, "Refresh tokens of public clients are rotated.",
        &["oauth::refresh::a_refresh_rotates_and_leaves_the_old_access_token_alone"]),
    r(Mcp20260728, "security-considerations, Communication security", Must, "Endpoints are https, and redirect URIs are https or loopback.",
        &["configuration::load::every_wrong_value_is_refused_under_its_own_name", "http::paths::a_server_on_https_says_so_for_good"]),
    r(Mcp20260728, "security-considerations, Authorization code protection", Must, "The metadata says that S256 is there.",
        &["oauth::discovery::the_server_document_tells_what_is_there_and_nothing_else"]),
    r(Mcp20260728, "security-considerations, Open redirection", Must, "Redirect URIs are compared exactly, and browsers are not sent to places that are not trusted.",
        &["oauth::redirects::covered_is_the_same_text_or_another_port_on_loopback_and_nothing_else", "oauth::requests::mistakes_of_a_stranger_stay_local"]),
    r(Mcp20260728, "security-considerations, Localhost redirect URI risks", Must, "The consent page shows the host of the redirect URI.",
        &["oauth::consent::the_page_tells_where_access_goes_and_what_it_allows"]),
    r(Mcp20260728, "security-considerations, Confused deputy", Must, "The owner is asked for each client, in a browser that is his.",
        &["oauth::owner::an_approval_is_not_remembered", "oauth::owner::another_browser_cannot_answer_the_page"]),
];

/// What a specification asks for and this server does not do: source, section, what, why.
#[rustfmt::skip]
const LEFT_UNDONE: &[(Source, &str, &str, &str)] = &[
    (Rfc6749, "4.1.3", "A redirect URI that was in the request must be in the exchange.",
        "OAuth 2.1 dropped it, and PKCE does what it was for. When it is sent it is compared."),
    (Rfc6749, "4.1.2.1", "Mistakes in a request are reported by redirecting to the client.",
        "Anybody can register, so before the owner has proved himself only known clients and loopback addresses are redirected to (RFC 9700 section 4.11.2)."),
    (OAuth21, "4.3.1", "Any second use of a refresh token is taken for theft.",
        "Clients refresh from several hosts at once and lose answers. The last superseded token works while its successor is unused and for five minutes."),
    (Rfc6750, "3.1", "A request with two credentials or a malformed header is 400 and invalid_request.",
        "401 with a challenge sends clients to authorize; many give up on 400."),
    (Rfc7662, "2", "Tokens can be introspected.",
        "The authorization server is the resource server; nobody else has tokens to ask about."),
    (Rfc8252, "7.1", "Schemes of apps without a dot are refused.",
        "Cursor, VS Code and a few others are sent back by such schemes; these are a closed list."),
    (Rfc9068, "2.1", "RS256 is among the algorithms.",
        "Issuer and verifier are one process with one key; a second algorithm is only something to confuse."),
    (Rfc9068, "2.2", "The claim client_id holds the client's id.",
        "It holds a digest of it: an id carries its whole registration and would make the token a kilobyte longer."),
    (Rfc9700, "2.2.1", "Access tokens are bound to their sender.",
        "No MCP client offers DPoP or certificates. Tokens live an hour, and their grant can be ended at once."),
    (Rfc9700, "2.5", "Clients authenticate with asymmetric keys.",
        "MCP clients are public or have a secret; what is not offered is not advertised."),
    (Mcp20251125, "Communication security", "Redirect URIs are https or loopback, and nothing else.",
        "Cursor and other editors are sent back by a scheme of their own, as RFC 8252 section 7.1 has it."),
];

/// The file in which a test stands, and its name.
fn place(path: &str) -> Option<(PathBuf, &str)> {
    let (module, name) = path.rsplit_once("::")?;
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let base = match module.strip_suffix("::tests") {
        Some(unit) => root.join("src").join(unit.replace("::", "/")),
        None => root.join("tests/it").join(module.replace("::", "/")),
    };
    [base.with_extension("rs"), base.join("mod.rs")]
        .into_iter()
        .find(|file| file.is_file())
        .map(|file| (file, name))
}

/// Whether `path` names a test that runs: a function with the attribute of a test and without the one that skips it.
fn proof(path: &str) -> Result<(), String> {
    let (file, name) = place(path).ok_or_else(|| format!("{path}: there is no such file"))?;
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let wanted = format!("fn {name}(");
    let at = lines
        .iter()
        .position(|line| line.trim_start_matches("async ").starts_with(&wanted))
        .ok_or_else(|| format!("{path}: {} has no such test", file.display()))?;
    let attributes: Vec<&str> = lines[..at]
        .iter()
        .rev()
        .take_while(|line| line.starts_with("#[") || line.starts_with("//"))
        .copied()
        .collect();
    let is_test = attributes
        .iter()
        .any(|line| *line == "#[test]" || line.starts_with("#[tokio::test"));
    let is_skipped = attributes.iter().any(|line| line.starts_with("#[ignore"));
    if is_test && !is_skipped {
        Ok(())
    } else {
        Err(format!("{path}: it does not run as a test"))
    }
}

#[test]
fn every_requirement_names_tests_that_run() {
    let mut problems = Vec::new();
    for requirement in REQUIREMENTS {
        if requirement.proved_by.is_empty() {
            problems.push(format!("{requirement}: nothing proves it"));
        }
        let distinct: BTreeSet<&&str> = requirement.proved_by.iter().collect();
        if distinct.len() != requirement.proved_by.len() {
            problems.push(format!("{requirement}: a test is named twice"));
        }
        for path in requirement.proved_by {
            if let Err(problem) = proof(path) {
                problems.push(format!("{requirement}: {problem}"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_name_that_is_no_running_test_is_noticed() {
    assert_eq!(
        proof("oauth::requirements::a_name_that_is_no_running_test_is_noticed"),
        Ok(())
    );
    for path in [
        "oauth::requirements::no_such_test",
        "oauth::no_such_module::every_requirement_names_tests_that_run",
        // A function that is no test, and a test that is skipped.
        "oauth::requirements::proof",
        "oauth::memory::accepted_strangers",
        "every_requirement_names_tests_that_run",
    ] {
        assert!(proof(path).is_err(), "{path}");
    }
}

#[test]
fn no_requirement_is_empty_or_stands_there_twice() {
    let mut seen = BTreeMap::new();
    let said = REQUIREMENTS.iter().map(|r| (r.source, r.section, r.says));
    let left = LEFT_UNDONE
        .iter()
        .map(|(source, section, what, _)| (*source, *section, *what));
    for (source, section, says) in said.chain(left) {
        let sentence = says.ends_with('.') && says.len() > 15;
        assert!(
            !section.is_empty() && sentence,
            "{source:?} {section}: {says}"
        );
        let earlier = seen.insert((source, says.to_lowercase()), section);
        assert_eq!(earlier, None, "{source:?} {section}: {says}");
    }
    for (source, section, what, why) in LEFT_UNDONE {
        assert!(
            why.ends_with('.') && why.len() > 15,
            "{source:?} {section}: {what}"
        );
    }
}

#[test]
fn every_specification_is_there_with_its_musts() {
    for source in Source::WITH_REQUIREMENTS {
        let rows = REQUIREMENTS.iter().filter(|r| r.source == source);
        assert!(rows.clone().any(|r| r.strength == Must), "{source:?}");
        // Sorted by specification, so that a reader finds one as a whole.
        let first = REQUIREMENTS.iter().position(|r| r.source == source);
        let together = REQUIREMENTS
            .iter()
            .skip(first.unwrap())
            .take_while(|r| r.source == source);
        assert_eq!(together.count(), rows.count(), "{source:?} is scattered");
    }
}
