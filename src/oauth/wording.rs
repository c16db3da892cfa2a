//! What the pages say, in English and Japanese.

use std::time::Duration;

use super::error::seconds;
use super::secret::AsksFor;
use crate::identity::Scope;
pub use crate::language::Language;

impl Language {
    pub const fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Japanese => &JAPANESE,
        }
    }
}

/// A permission in words.
#[derive(Debug, Clone, Copy)]
pub struct ScopeWords {
    pub name: &'static str,
    pub detail: &'static str,
}

/// A page that only tells something.
#[derive(Debug, Clone, Copy)]
pub struct NoticeWords {
    pub title: &'static str,
    pub text: &'static str,
}

/// All texts of one language. What comes between `before` and `after` is put there by the page, escaped.
pub struct Words {
    pub code: &'static str,
    /// Between two sentences.
    pub gap: &'static str,
    pub server: &'static str,
    pub title: &'static str,
    pub question: &'static str,
    pub goes_to: &'static str,
    pub known_before: &'static str,
    pub known_after: &'static str,
    pub loopback: &'static str,
    pub app: &'static str,
    pub unknown: &'static str,
    /// Before and after the host of the client id.
    pub unread: (&'static str, &'static str),
    pub elsewhere: (&'static str, &'static str),
    pub no_voucher: (&'static str, &'static str),
    pub full_address: &'static str,
    pub published_by: &'static str,
    pub not_read: &'static str,
    pub calls_itself: &'static str,
    pub unnamed: &'static str,
    pub not_verified: &'static str,
    pub may: &'static str,
    pub always: &'static str,
    read: ScopeWords,
    write: ScopeWords,
    delete: ScopeWords,
    settings: ScopeWords,
    password_label: &'static str,
    password_hint: &'static str,
    api_key_label: &'static str,
    api_key_hint: &'static str,
    pub typed_before: &'static str,
    pub typed_after: &'static str,
    pub approve: &'static str,
    pub deny: &'static str,
    pub close: &'static str,
    pub wrong_secret: &'static str,
    pub empty_secret: &'static str,
    wait_before: &'static str,
    wait_after: &'static str,
    pub technical: &'static str,
    pub unknown_client: NoticeWords,
    pub bad_redirect: NoticeWords,
    pub malformed: NoticeWords,
    pub request_error: NoticeWords,
    pub forged: NoticeWords,
    pub expired: NoticeWords,
    pub answered: NoticeWords,
    pub too_many_wrong: NoticeWords,
    pub denied: NoticeWords,
    pub unavailable: NoticeWords,
    pub app_unreachable: NoticeWords,
    pub app_refused: NoticeWords,
}

impl Words {
    /// What the field of the owner secret is called, and the hint below.
    pub const fn secret(&self, asks_for: AsksFor) -> (&'static str, &'static str) {
        match asks_for {
            AsksFor::Password => (self.password_label, self.password_hint),
            AsksFor::ApiKey => (self.api_key_label, self.api_key_hint),
        }
    }

    pub fn wait(&self, wait: Duration) -> String {
        format!("{}{}{}", self.wait_before, seconds(wait), self.wait_after)
    }

    pub const fn scope(&self, scope: Scope) -> ScopeWords {
        match scope {
            Scope::Read => self.read,
            Scope::Write => self.write,
            Scope::Delete => self.delete,
            Scope::Settings => self.settings,
        }
    }
}

const ENGLISH: Words = Words {
    code: "en",
    gap: " ",
    server: "Intervals.icu MCP server",
    title: "Connect an app",
    question: "Give this app access to your training data?",
    goes_to: "Access goes to",
    known_before: "This is the address of ",
    known_after: ".",
    loopback: "This is a program on this computer, and any program on it can use this address. \
               Approve only if you started the connection yourself, just now.",
    app: "This opens an app installed on this device, and any installed app can claim this address. \
          Approve only if you started the connection yourself, just now.",
    unknown: "This address is not on this server’s list of known apps. \
              Approve only if you trust it and started the connection there yourself, just now.",
    unread: (
        "Nothing about this app could be checked yet. It says that it is described at ",
        "; this server looks there only after you approve, and stops if the address above is not the app’s.",
    ),
    elsewhere: (
        "Access would not go to the site that describes the app: that is ",
        ". Approve only if you know why.",
    ),
    no_voucher: (
        "Any program can say that it is this app: ",
        " cannot vouch for the one that answers on this computer.",
    ),
    full_address: "Full address",
    published_by: "Described by",
    not_read: "not read yet",
    calls_itself: "Name",
    unnamed: "none given",
    not_verified: "(not verified, chosen by the app)",
    may: "What it may do",
    always: "(always included)",
    read: ScopeWords {
        name: "See your data",
        detail: "Activities, wellness, calendar, thresholds",
    },
    write: ScopeWords {
        name: "Create and change",
        detail: "Plan workouts, edit activities and wellness",
    },
    delete: ScopeWords {
        name: "Delete",
        detail: "Remove workouts and other calendar entries",
    },
    settings: ScopeWords {
        name: "Change settings",
        detail: "Thresholds, zones and gear",
    },
    password_label: "Owner password",
    password_hint: "The one set as OWNER_PASSWORD on this server.",
    api_key_label: "Intervals.icu API key",
    api_key_hint: "The one set as API_KEY on this server.",
    typed_before: "It is only ever typed here, on ",
    typed_after: ".",
    approve: "Approve",
    deny: "Deny",
    close: "If you did not start this, deny it or close this page: nothing happens without your approval.",
    wrong_secret: "That was not right. Nothing was approved.",
    empty_secret: "Fill this in to approve.",
    wait_before: "Too many wrong attempts. Try again in ",
    wait_after: " s.",
    technical: "For the app’s developer",
    unknown_client: NoticeWords {
        title: "This app is not registered here",
        text: "Remove the connection in the app and add it again.",
    },
    bad_redirect: NoticeWords {
        title: "This request was stopped",
        text: "It would send access to an address that the app has not registered. Nothing was sent.",
    },
    malformed: NoticeWords {
        title: "This request cannot be read",
        text: "Go back to the app and start the connection again.",
    },
    request_error: NoticeWords {
        title: "The app made a mistake",
        text: "Its request was refused, and nothing was sent to it. Start the connection again; if this page comes back, \
               the app does not work with this server.",
    },
    forged: NoticeWords {
        title: "This page does not belong to this browser",
        text: "Nothing was approved. Allow cookies for this site, go back to the app and start the connection again.",
    },
    expired: NoticeWords {
        title: "This page was open too long",
        text: "It is valid for ten minutes. Nothing was approved. Go back to the app and start the connection again.",
    },
    answered: NoticeWords {
        title: "This request was already answered",
        text: "Go back to the app. If it is not connected, start the connection there again.",
    },
    too_many_wrong: NoticeWords {
        title: "Too many wrong attempts",
        text: "This page is no longer valid. Nothing was approved. Go back to the app and start the connection again.",
    },
    denied: NoticeWords {
        title: "Denied",
        text: "The app got nothing. You can close this page.",
    },
    unavailable: NoticeWords {
        title: "No new connections at the moment",
        text: "This server cannot remember another one: its storage is full or does not answer. Apps that are connected go on \
               working. The server’s log says more.",
    },
    app_unreachable: NoticeWords {
        title: "The app’s description is temporarily unavailable",
        text: "This server could not read it from the app’s web site, so nothing was approved or sent. Go back to the app in a few \
               minutes and start the connection again.",
    },
    app_refused: NoticeWords {
        title: "The app’s description is wrong",
        text: "What this server found on the app’s web site does not describe an app that it can work with. Nothing was approved or \
               sent.",
    },
};

const JAPANESE: Words = Words {
    code: "ja",
    gap: "",
    server: "Intervals.icu MCP サーバー",
    title: "アプリを接続",
    question: "このアプリにトレーニングデータへのアクセスを許可しますか？",
    goes_to: "アクセス権の送り先",
    known_before: "これは ",
    known_after: " のアドレスです。",
    loopback: "これはこのコンピューター上のプログラムです。このアドレスは、ここで動くどのプログラムでも使えます。\
               たった今ご自身で接続を始めた場合にだけ許可してください。",
    app: "この端末にインストールされたアプリが開きます。このアドレスは、どのアプリでも名乗れます。\
          たった今ご自身で接続を始めた場合にだけ許可してください。",
    unknown: "このサーバーが知っているアプリのアドレスではありません。\
              送り先を信頼でき、たった今ご自身でそこから接続を始めた場合にだけ許可してください。",
    unread: (
        "このアプリについては、まだ何も確認できていません。アプリの説明があるとされる場所は ",
        " です。このサーバーは許可のあとで初めてそれを読み、上の送り先がアプリのものでなければ中止します。",
    ),
    elsewhere: (
        "アクセス権の送り先は、アプリの説明があるサイト（",
        "）とは別です。理由がわかる場合にだけ許可してください。",
    ),
    no_voucher: (
        "どのプログラムでもこのアプリを名乗れます。",
        " は、このコンピューターで応答するプログラムを保証できません。",
    ),
    full_address: "完全なアドレス",
    published_by: "アプリの説明元",
    not_read: "まだ読んでいません",
    calls_itself: "名前",
    unnamed: "なし",
    not_verified: "（アプリの自称で、未確認です）",
    may: "許可する操作",
    always: "（常に含まれます）",
    read: ScopeWords {
        name: "データを見る",
        detail: "アクティビティ、体調、カレンダー、しきい値",
    },
    write: ScopeWords {
        name: "作成と変更",
        detail: "ワークアウトの計画、アクティビティと体調の編集",
    },
    delete: ScopeWords {
        name: "削除",
        detail: "ワークアウトなどカレンダーの項目を消す",
    },
    settings: ScopeWords {
        name: "設定の変更",
        detail: "しきい値、ゾーン、機材",
    },
    password_label: "オーナーのパスワード",
    password_hint: "このサーバーの OWNER_PASSWORD に設定したものです。",
    api_key_label: "Intervals.icu の API キー",
    api_key_hint: "このサーバーの API_KEY に設定したものです。",
    typed_before: "入力するのはこのページ（",
    typed_after: "）だけです。",
    approve: "許可する",
    deny: "拒否する",
    close: "心当たりがなければ、拒否するかこのページを閉じてください。許可しないかぎり何も起こりません。",
    wrong_secret: "正しくありません。何も許可されていません。",
    empty_secret: "許可するには入力してください。",
    wait_before: "間違いが続いたため、しばらく受け付けません。",
    wait_after: " 秒後にもう一度お試しください。",
    technical: "アプリの開発者の方へ",
    unknown_client: NoticeWords {
        title: "このアプリは登録されていません",
        text: "アプリ側で接続をいったん削除し、もう一度追加してください。",
    },
    bad_redirect: NoticeWords {
        title: "この要求を中止しました",
        text: "アプリが登録していないアドレスにアクセス権を送ろうとしていました。何も送られていません。",
    },
    malformed: NoticeWords {
        title: "この要求は読み取れません",
        text: "アプリに戻り、接続をもう一度始めてください。",
    },
    request_error: NoticeWords {
        title: "アプリの要求に誤りがあります",
        text: "要求は拒否され、何も送られていません。接続をもう一度始めてください。\
               同じページが出る場合、このアプリはこのサーバーでは使えません。",
    },
    forged: NoticeWords {
        title: "このページはこのブラウザーのものではありません",
        text: "何も許可されていません。このサイトの Cookie を許可し、アプリに戻って接続をもう一度始めてください。",
    },
    expired: NoticeWords {
        title: "ページの有効期限が切れました",
        text: "有効なのは 10 分間です。何も許可されていません。アプリに戻り、接続をもう一度始めてください。",
    },
    answered: NoticeWords {
        title: "この要求には回答済みです",
        text: "アプリに戻ってください。接続されていなければ、もう一度始めてください。",
    },
    too_many_wrong: NoticeWords {
        title: "間違いが続きました",
        text: "このページは無効になりました。何も許可されていません。アプリに戻り、接続をもう一度始めてください。",
    },
    denied: NoticeWords {
        title: "拒否しました",
        text: "アプリには何も渡していません。このページは閉じてかまいません。",
    },
    unavailable: NoticeWords {
        title: "今は新しい接続を受け付けられません",
        text: "保存領域がいっぱいか、応答がありません。接続済みのアプリは引き続き使えます。詳しくはサーバーのログをご覧ください。",
    },
    app_unreachable: NoticeWords {
        title: "アプリの説明を一時的に読めません",
        text: "アプリのサイトから説明を読めなかったため、何も許可されず、何も送られていません。\
               数分後にアプリに戻り、接続をもう一度始めてください。",
    },
    app_refused: NoticeWords {
        title: "アプリの説明が正しくありません",
        text: "アプリのサイトにあったものは、このサーバーで使えるアプリの説明ではありません。何も許可されず、何も送られていません。",
    },
};
