//! What is sent.

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::intervals::activities::{EffortSpan, IntervalSearch, ListActivities};
use intervals_mcp_server::intervals::curves::{CurveName, CurveQuery, Fatigue, Period};
use intervals_mcp_server::intervals::wellness::WellnessUpdate;
use intervals_mcp_server::intervals::{ActivityId, AthleteId, Client, EventId, Settings};
use jiff::civil::date;

use super::upstream::{API_KEY, ATHLETE, Reply, Upstream};

#[tokio::test]
async fn a_request_says_who_we_are_and_carries_the_key_as_basic_auth() {
    let upstream = Upstream::answering(Reply::json("[]")).await;
    upstream.client().sports().list().await.unwrap();
    let request = &upstream.requests()[0];
    assert_eq!(request.method, "GET");
    assert_eq!(
        request.target,
        format!("/api/v1/athlete/{ATHLETE}/sport-settings")
    );
    // base64 of API_KEY:k3y-of-the-scripted-upstream
    assert_eq!(
        request.header("authorization"),
        Some("Basic QVBJX0tFWTprM3ktb2YtdGhlLXNjcmlwdGVkLXVwc3RyZWFt")
    );
    assert!(
        request
            .header("user-agent")
            .unwrap()
            .starts_with("intervals-mcp-server/")
    );
    assert!(request.header("accept-encoding").unwrap().contains("gzip"));
    assert_eq!(request.header("referer"), None);
    assert_eq!(request.header("cookie"), None);
}

#[tokio::test]
async fn one_request_names_several_curves() {
    let upstream = Upstream::answering(Reply::json("{}")).await;
    let curves = [
        Period::Days(42),
        Period::Years(1),
        Period::Season(1),
        Period::All,
        Period::Range(date(2019, 1, 1), date(2019, 12, 31)),
    ]
    .map(|period| CurveName {
        period,
        fatigue: None,
    });
    let query = CurveQuery {
        curves: &curves,
        sport: "Run",
    };
    let client = upstream.client();
    client.curves().pace(&query, true).await.unwrap();
    let tired = [Fatigue::First, Fatigue::Second].map(|fatigue| CurveName {
        period: Period::Season(0),
        fatigue: Some(fatigue),
    });
    let query = CurveQuery {
        curves: &tired,
        sport: "Ride",
    };
    let empty = client.curves().power(&query).await.unwrap();
    assert!(empty.list.is_none() && empty.activities.is_none());
    let sent: Vec<String> = upstream.requests().into_iter().map(|r| r.target).collect();
    assert_eq!(
        sent,
        [
            format!(
                "/api/v1/athlete/{ATHLETE}/pace-curves?type=Run&curves=42d,1y,s1,all,r.2019-01-01.2019-12-31\
                 &gap=true"
            ),
            format!("/api/v1/athlete/{ATHLETE}/power-curves?type=Ride&curves=s0-kj0,s0-kj1"),
        ]
    );
}

#[tokio::test]
async fn queries_are_encoded_and_lists_keep_their_commas() {
    let upstream = Upstream::answering(Reply::json("[]")).await;
    let client = upstream.client();
    let activities = client.activities();
    let (oldest, newest) = (date(2026, 1, 5), date(2026, 2, 28));
    let query = ListActivities {
        oldest,
        newest,
        limit: Some(31),
        fields: &["name", "type"],
    };
    activities.list(&query).await.unwrap();
    activities
        .search("#long run & fun=100%/é", 5)
        .await
        .unwrap();
    let id: ActivityId = "i901".parse().unwrap();
    activities.around(&id, 7).await.unwrap();
    let search = IntervalSearch {
        secs: (60, 300),
        intensity: (95, 120),
        kind: Some("HR"),
        reps: 3,
        limit: 9,
    };
    activities.search_intervals(&search).await.unwrap();
    let others: [ActivityId; 2] = ["i902".parse().unwrap(), "77".parse().unwrap()];
    activities.several(&others).await.unwrap();
    client
        .events()
        .list(oldest, newest, &["RACE_A", "NOTE"], true)
        .await
        .unwrap();
    client
        .events()
        .list(oldest, newest, &[], false)
        .await
        .unwrap();
    client.wellness().list(oldest, newest, &[]).await.unwrap();
    let athlete = format!("/api/v1/athlete/{ATHLETE}");
    assert_eq!(
        upstream.targets(),
        [
            format!(
                "{athlete}/activities?oldest=2026-01-05&newest=2026-02-28&limit=31&fields=id,name,type"
            ),
            format!(
                "{athlete}/activities/search-full?q=%23long+run+%26+fun%3D100%25%2F%C3%A9&limit=5"
            ),
            format!("{athlete}/activities-around?activity_id=i901&limit=7"),
            format!(
                "{athlete}/activities/interval-search?minSecs=60&maxSecs=300&minIntensity=95&maxIntensity=120&type=HR&minReps=3&limit=9"
            ),
            format!("{athlete}/activities/i902,77?intervals=true"),
            format!(
                "{athlete}/events?oldest=2026-01-05&newest=2026-02-28&category=RACE_A,NOTE&resolve=true"
            ),
            format!("{athlete}/events?oldest=2026-01-05&newest=2026-02-28"),
            format!("{athlete}/wellness?oldest=2026-01-05&newest=2026-02-28"),
        ]
    );
}

#[tokio::test]
async fn every_part_of_an_activity_has_its_path() {
    let upstream = Upstream::start(|request, _| {
        let whole = [
            "?intervals",
            "weather",
            "best-efforts",
            "power-vs-hr",
            "/events/",
        ];
        let is_object = whole.iter().any(|part| request.target.contains(part));
        Reply::json(if is_object { r#"{"id":5}"# } else { "[]" })
    })
    .await;
    let client = upstream.client();
    let activities = client.activities();
    let id: ActivityId = "123".parse().unwrap();
    activities.get_with_intervals(&id).await.unwrap();
    activities.messages(&id, 20).await.unwrap();
    activities.weather(&id).await.unwrap();
    activities.segments(&id).await.unwrap();
    activities.power_histogram(&id).await.unwrap();
    activities.hr_histogram(&id).await.unwrap();
    activities.pace_histogram(&id).await.unwrap();
    activities
        .best_efforts(&id, "watts", EffortSpan::Seconds(300), 3)
        .await
        .unwrap();
    activities
        .best_efforts(&id, "velocity_smooth", EffortSpan::Metres(1609.5), 1)
        .await
        .unwrap();
    activities.power_vs_hr(&id).await.unwrap();
    client.events().get(EventId(5)).await.unwrap();
    let paths: Vec<String> = upstream
        .targets()
        .iter()
        .map(|target| target.replace("/api/v1", ""))
        .collect();
    assert_eq!(
        paths,
        [
            "/activity/123?intervals=true",
            "/activity/123/messages?limit=20",
            "/activity/123/weather-summary",
            "/activity/123/segments",
            "/activity/123/power-histogram",
            "/activity/123/hr-histogram",
            "/activity/123/pace-histogram",
            "/activity/123/best-efforts?stream=watts&duration=300&count=3",
            "/activity/123/best-efforts?stream=velocity_smooth&distance=1609.5&count=1",
            "/activity/123/power-vs-hr",
            "/athlete/i77/events/5",
        ]
    );
}

#[tokio::test]
async fn a_wellness_update_sends_only_what_it_changes() {
    let upstream = Upstream::start(|request, _| {
        Reply::json(if request.target.ends_with("bulk") {
            ""
        } else {
            r#"{"id":"2026-03-01","weight":70.5}"#
        })
    })
    .await;
    let client = upstream.client();
    let mut update = WellnessUpdate {
        weight: Some(70.5),
        resting_hr: Some(48),
        sp_o2: Some(97.0),
        sleep_secs: Some(0),
        ..WellnessUpdate::default()
    };
    update.custom.insert("Caffeine".to_owned(), 2.into());
    let day = client
        .wellness()
        .put(date(2026, 3, 1), &update)
        .await
        .unwrap();
    assert_eq!(day.weight, Some(70.5));
    let comment = WellnessUpdate {
        comments: Some("ill".to_owned()),
        ..WellnessUpdate::default()
    };
    client
        .wellness()
        .put_many(&[(date(2026, 3, 1), update), (date(2026, 3, 2), comment)])
        .await
        .unwrap();
    let requests = upstream.requests();
    assert_eq!(requests[0].method, "PUT");
    assert_eq!(
        requests[0].target,
        "/api/v1/athlete/i77/wellness/2026-03-01"
    );
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    assert_eq!(
        requests[0].body,
        r#"{"weight":70.5,"restingHR":48,"sleepSecs":0,"spO2":97.0,"Caffeine":2}"#
    );
    assert_eq!(requests[1].target, "/api/v1/athlete/i77/wellness-bulk");
    assert_eq!(
        requests[1].body,
        concat!(
            r#"[{"id":"2026-03-01","weight":70.5,"restingHR":48,"sleepSecs":0,"spO2":97.0,"Caffeine":2},"#,
            r#"{"id":"2026-03-02","comments":"ill"}]"#
        )
    );
}

#[test]
fn an_id_that_tries_to_leave_its_segment_is_refused() {
    for text in [
        "",
        "i",
        "..",
        ".",
        "%2e%2e",
        "i1/..",
        "i1/",
        "/1",
        "1?x=1",
        "1#",
        "1%2f2",
        "i-1",
        "I1",
        " 1",
        "1\n",
        "ii1",
        "１",
        "123456789012345678901",
        "i1\0",
    ] {
        assert!(text.parse::<ActivityId>().is_err(), "{text:?}");
        assert!(text.parse::<AthleteId>().is_err(), "{text:?}");
    }
    for text in [
        "",
        "-1",
        "+1",
        "1/2",
        "..",
        "1.0",
        "i1",
        "99999999999999999999",
    ] {
        assert!(text.parse::<EventId>().is_err(), "{text:?}");
    }
    for text in ["0", "i1", "12345678901234567890", "i12345678901234567890"] {
        assert_eq!(text.parse::<ActivityId>().unwrap().as_str(), text);
    }
}

#[test]
fn plain_http_is_only_for_loopback() {
    let build = |base: &str| {
        Client::new(
            Settings {
                base_url: base.parse().unwrap(),
                athlete_id: ATHLETE.parse().unwrap(),
                api_key: API_KEY.into(),
                rate: None,
                deadline: std::time::Duration::from_secs(1),
            },
            Clock::system(),
        )
    };
    for base in [
        "https://intervals.icu",
        "http://127.0.0.1:9",
        "http://[::1]:9",
        "http://localhost:9/",
    ] {
        assert!(build(base).is_ok(), "{base}");
    }
    for base in [
        "http://intervals.icu",
        "http://10.0.0.1",
        "ftp://localhost",
        "https://u:p4ss@intervals.icu",
    ] {
        let error = build(base).err().unwrap().to_string();
        assert!(
            !error.contains("p4ss") && !error.contains(API_KEY),
            "{error}"
        );
    }
}

#[tokio::test]
async fn definitions_are_read_without_their_scripts() {
    let body = r#"[{"id":7,"type":"INPUT_FIELD","name":"Jump","content":{"code":"Jump","units":"cm","script":"{ x }",
        "options":[{"value":1.0,"text":"One"}]}},{"id":8,"type":"FITNESS_CHART","content":{"plots":[]}},{"name":"no id"}]"#;
    let upstream = Upstream::answering(Reply::json(body)).await;
    let items = upstream.client().custom_items().list().await.unwrap();
    assert_eq!(
        upstream.targets(),
        [format!("/api/v1/athlete/{ATHLETE}/custom-item")]
    );
    assert_eq!(items.len(), 2);
    let content = items[0].content.as_ref().unwrap();
    assert_eq!(content.units.as_deref(), Some("cm"));
    assert!(!format!("{items:?}").contains("{ x }"));
}
