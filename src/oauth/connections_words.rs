//! What the owner's page says, in English and Japanese.

use jiff::Timestamp;

use super::address::Family;
use crate::language::Language;

/// All texts of one language that only the owner's page needs. What comes between `before` and `after` is put there by the page,
/// escaped.
pub struct ConnectionsWords {
    language: Language,
    pub title: &'static str,
    pub ask: &'static str,
    pub ask_detail: &'static str,
    pub show: &'static str,
    pub empty_secret: &'static str,
    pub wrong_secret: &'static str,
    pub foreign: &'static str,
    pub expired: &'static str,
    pub malformed: &'static str,
    pub unavailable: &'static str,
    pub athlete: &'static str,
    pub none: &'static str,
    pub none_detail: &'static str,
    pub none_known: &'static str,
    pub none_known_detail: &'static str,
    pub unknown_app: &'static str,
    pub unknown_detail: &'static str,
    pub may: &'static str,
    pub may_unknown: &'static str,
    pub connected: &'static str,
    pub last_used: &'static str,
    pub never_seen: &'static str,
    pub in_the_log: &'static str,
    pub end: &'static str,
    pub ended_before: &'static str,
    pub ended_after: &'static str,
    pub ended_all: &'static str,
    pub gone: &'static str,
    pub not_stored: &'static str,
    pub all_title: &'static str,
    pub all_detail: &'static str,
    pub all_sure: &'static str,
    pub all_tick_first: &'static str,
    pub all_end: &'static str,
    pub kept_title: &'static str,
    pub kept_in_memory: &'static str,
    pub kept_in_memory_end: &'static str,
    pub for_good_before: &'static str,
    pub for_good_after: &'static str,
    pub kept_durably: &'static str,
    pub reload: &'static str,
    pub close: &'static str,
}

impl Language {
    pub const fn connections_words(self) -> &'static ConnectionsWords {
        match self {
            Self::English => &ENGLISH,
            Self::Japanese => &JAPANESE,
        }
    }
}

impl ConnectionsWords {
    pub fn date(&self, at: Timestamp) -> String {
        let format = match self.language {
            Language::English => "%-d %B %Y, %H:%M UTC",
            Language::Japanese => "%Y年%-m月%-d日 %H:%M（UTC）",
        };
        at.strftime(format).to_string()
    }

    /// How long ago, and over which kind of address.
    pub fn used(&self, seconds: i64, family: Option<Family>) -> String {
        let ago = self.ago(seconds);
        match (self.language, family) {
            (_, None) => ago,
            (Language::English, Some(family)) => format!("{ago}, over {}", family.as_str()),
            (Language::Japanese, Some(family)) => format!("{ago}（{}）", family.as_str()),
        }
    }

    /// Roughly: uses are noted by the hour.
    fn ago(&self, seconds: i64) -> String {
        let (hours, days) = (seconds / 3600, seconds / 86_400);
        match (self.language, hours, days) {
            (Language::English, ..1, _) => "within the last hour".to_owned(),
            (Language::English, 1, _) => "about an hour ago".to_owned(),
            (Language::English, 2..48, _) => format!("about {hours} hours ago"),
            (Language::English, _, days) => format!("{days} days ago"),
            (Language::Japanese, ..1, _) => "1 時間以内".to_owned(),
            (Language::Japanese, 1..48, _) => format!("約 {hours} 時間前"),
            (Language::Japanese, _, days) => format!("{days} 日前"),
        }
    }
}

const ENGLISH: ConnectionsWords = ConnectionsWords {
    language: Language::English,
    title: "Connected apps",
    ask: "Which apps are connected?",
    ask_detail: "Only the owner of this server may see and end its connections.",
    show: "Show connections",
    empty_secret: "Fill this in to see the connections.",
    wrong_secret: "That was not right.",
    foreign: "That page does not belong to this browser. Nothing was changed. Allow cookies for this site and start again here.",
    expired: "The list was open for ten minutes and is locked again. Nothing was changed.",
    malformed: "That form could not be read. Nothing was changed.",
    unavailable: "The storage of this server does not answer. Its log says more.",
    athlete: "Athlete",
    none: "No app is connected",
    none_detail: "No app can reach your training data through this server.",
    none_known: "No app has come since this server was started",
    none_known_detail: "One that was connected before may still have access.",
    unknown_app: "Unknown app",
    unknown_detail: "The server was restarted since, and the app has not said its name again. It will when it next renews its access.",
    may: "It may",
    may_unknown: "not known",
    connected: "Connected",
    last_used: "Last used",
    never_seen: "not since the restart",
    in_the_log: "In the log",
    end: "End this connection",
    ended_before: "The connection to ",
    ended_after: " has ended. It has no access any more.",
    ended_all: "All connections have ended. No app has access any more.",
    gone: "That connection had ended already.",
    not_stored: "It has ended here for now, but the storage of this server did not take note of it: it may be back after a \
                 restart, and other copies of this server may still let it in. Mend the storage and end it once more.",
    all_title: "End everything",
    all_detail: "Every app loses its access at once, also those that this page does not list. Each has to be connected and \
                 approved again.",
    all_sure: "Yes, disconnect all apps",
    all_tick_first: "Nothing was ended. Tick this box first if you mean it.",
    all_end: "End all connections now",
    kept_title: "What this server remembers",
    kept_in_memory: "Its state is kept in memory and ends with the process. Connections outlast a restart, but this list does not: an app \
                     that was connected before appears when it next comes.",
    kept_in_memory_end: "What you end here stays ended until the next restart only.",
    for_good_before: "To end everything until now for good, set ",
    for_good_after: " and restart.",
    kept_durably: "Its state is kept in a database that outlasts restarts. What you end here stays ended.",
    reload: "Load the list again",
    close: "This page stays open for ten minutes after you typed the secret. Close it when you are done.",
};

const JAPANESE: ConnectionsWords = ConnectionsWords {
    language: Language::Japanese,
    title: "接続中のアプリ",
    ask: "どのアプリが接続されていますか？",
    ask_detail: "接続を見たり切ったりできるのは、このサーバーのオーナーだけです。",
    show: "接続を表示する",
    empty_secret: "接続を表示するには入力してください。",
    wrong_secret: "正しくありません。",
    foreign: "そのページはこのブラウザーのものではありません。何も変更されていません。\
              このサイトの Cookie を許可し、ここからやり直してください。",
    expired: "一覧を開いてから 10 分が過ぎたため、閉じました。何も変更されていません。",
    malformed: "送信内容を読み取れません。何も変更されていません。",
    unavailable: "このサーバーの保存領域が応答しません。詳しくはログをご覧ください。",
    athlete: "アスリート",
    none: "接続中のアプリはありません",
    none_detail: "このサーバーを通じてトレーニングデータに届くアプリはありません。",
    none_known: "起動してから使われたアプリはありません",
    none_known_detail: "以前に接続したアプリは、まだアクセスできるかもしれません。",
    unknown_app: "不明なアプリ",
    unknown_detail: "接続後にサーバーが再起動され、アプリがまだ名乗っていません。次にアクセスを更新したときにわかります。",
    may: "許可した操作",
    may_unknown: "不明",
    connected: "接続した日時",
    last_used: "最後の利用",
    never_seen: "再起動後はまだありません",
    in_the_log: "ログでの名前",
    end: "この接続を切る",
    ended_before: "",
    ended_after: " との接続を切りました。もうアクセスできません。",
    ended_all: "すべての接続を切りました。アクセスできるアプリはありません。",
    gone: "その接続はすでに切れていました。",
    not_stored: "このサーバーでは今は切れていますが、保存領域に記録できませんでした。再起動すると戻るおそれがあり、\
                 サーバーを複数動かしている場合は、ほかのサーバーがまだ受け付けることがあります。\
                 保存領域を直してから、もう一度切ってください。",
    all_title: "すべてを切る",
    all_detail: "ここに表示されていないものも含め、すべてのアプリが直ちにアクセスを失います。\
                 使うには、それぞれ接続と許可をやり直す必要があります。",
    all_sure: "はい、すべてのアプリを切断します",
    all_tick_first: "何も切っていません。本当に切る場合は、先にこれを選んでください。",
    all_end: "今すぐすべての接続を切る",
    kept_title: "このサーバーが覚えていること",
    kept_in_memory: "状態はメモリーにあり、プロセスとともに消えます。接続そのものは再起動後も続きますが、この一覧は残りません。\
                     以前に接続したアプリは、次に使われたときに現れます。",
    kept_in_memory_end: "ここで切った接続が切れたままなのは、次の再起動までです。",
    for_good_before: "これまでの接続をすべて完全に終わらせるには、",
    for_good_after: " を設定して再起動してください。",
    kept_durably: "状態は、再起動しても残るデータベースにあります。ここで切った接続は切れたままです。",
    reload: "一覧を読み込み直す",
    close: "このページが使えるのは入力から 10 分間です。終わったら閉じてください。",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_told_by_the_hour_and_then_by_the_day() {
        let (english, japanese) = (&ENGLISH, &JAPANESE);
        for (seconds, in_english, in_japanese) in [
            (-5, "within the last hour", "1 時間以内"),
            (3599, "within the last hour", "1 時間以内"),
            (3600, "about an hour ago", "約 1 時間前"),
            (7200, "about 2 hours ago", "約 2 時間前"),
            (172_799, "about 47 hours ago", "約 47 時間前"),
            (172_800, "2 days ago", "2 日前"),
        ] {
            assert_eq!(english.ago(seconds), in_english);
            assert_eq!(japanese.ago(seconds), in_japanese);
        }
    }

    #[test]
    fn a_date_names_its_zone() {
        let at: Timestamp = "2026-03-08T09:05:00Z".parse().unwrap();
        assert_eq!(ENGLISH.date(at), "8 March 2026, 09:05 UTC");
        assert_eq!(JAPANESE.date(at), "2026年3月8日 09:05（UTC）");
    }
}
