//! How a page looks in each setting: what must hold everywhere is checked, and a picture is left for people.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chromium::Chromium;

/// A screen, the owner's taste and language.
pub struct Look {
    pub name: &'static str,
    pub width: u32,
    pub dark: bool,
    pub language: &'static str,
}

const ENGLISH: &str = "en-GB,en;q=0.9";
const JAPANESE: &str = "ja-JP,ja;q=0.9,en;q=0.5";

pub const LIGHT: Look = Look {
    name: "light",
    width: 900,
    dark: false,
    language: ENGLISH,
};
pub const DARK: Look = Look {
    name: "dark",
    dark: true,
    ..LIGHT
};
/// The narrowest screen that pages are made for (WCAG 2.2, 1.4.10).
pub const NARROW: Look = Look {
    name: "320",
    width: 320,
    ..LIGHT
};
pub const JAPANESE_LIGHT: Look = Look {
    name: "ja",
    language: JAPANESE,
    ..LIGHT
};
pub const JAPANESE_NARROW_DARK: Look = Look {
    name: "ja-320-dark",
    width: 320,
    dark: true,
    language: JAPANESE,
};

/// Ratio of luminances between text and what is behind it, by element; only those below 4.5 (WCAG 2.2, 1.4.3).
const FAINT_TEXTS: &str = r"
const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
const rgb = (color, under) => {
  for (const fill of [under, color]) { pen.fillStyle = fill; pen.fillRect(0, 0, 1, 1); }
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
};
const css = ([r, g, b]) => `rgb(${r}, ${g}, ${b})`;
const ground = (element) => {
  const under = element.parentElement ? ground(element.parentElement) : 'rgb(255, 255, 255)';
  return css(rgb(getComputedStyle(element).backgroundColor, under));
};
const luminance = (color) => color
  .map((part) => part / 255)
  .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
const faint = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  const text = walker.currentNode.textContent.trim();
  if (!text || !element.checkVisibility()) continue;
  const behind = ground(element);
  const [a, b] = [rgb(getComputedStyle(element).color, behind), rgb(behind, behind)].map(luminance);
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) faint.push(`${ratio.toFixed(2)}: ${text.slice(0, 40)}`);
}
return faint;";

impl Look {
    pub async fn put_on(&self, browser: &Chromium) {
        let metrics = json!({
            "width": self.width,
            "height": 800,
            "deviceScaleFactor": 1,
            "mobile": self.width < 600,
        });
        browser
            .devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
        let scheme = if self.dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.devtools("Emulation.setEmulatedMedia", media).await;
        browser.speak(self.language).await;
    }

    /// What is wrong with the page that is open now. Its picture is in `target/screenshots`.
    pub async fn faults(&self, browser: &Chromium, page: &str) -> Vec<String> {
        self.picture(browser, page).await;
        let mut faults = Vec::new();
        let width = browser
            .evaluate("return document.documentElement.scrollWidth;")
            .await;
        if width.as_u64() > Some(u64::from(self.width)) {
            faults.push(format!("it is {width} px wide"));
        }
        let language = browser
            .evaluate("return document.documentElement.lang;")
            .await;
        if !self.language.starts_with(language.as_str().unwrap()) {
            faults.push(format!("its language is {language}"));
        }
        let faint = browser.evaluate(FAINT_TEXTS).await;
        for text in faint.as_array().unwrap() {
            faults.push(format!("hard to read, {text}"));
        }
        faults.extend(unnamed(&accessible(browser).await));
        faults.extend(browser.violations().await);
        for fault in &mut faults {
            *fault = format!("{page}, {}: {fault}", self.name);
        }
        faults
    }

    /// The whole page, not only what fits the window.
    async fn picture(&self, browser: &Chromium, page: &str) {
        let metrics = browser.devtools("Page.getLayoutMetrics", json!({})).await;
        let mut clip = metrics["cssContentSize"].clone();
        clip["scale"] = json!(1);
        let parameters = json!({ "captureBeyondViewport": true, "clip": clip });
        let picture = browser.devtools("Page.captureScreenshot", parameters).await;
        let bytes = STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{page}-{}.png", self.name)), bytes).unwrap();
    }
}

/// A node of the accessibility tree, as a screen reader meets it.
#[derive(Debug)]
pub struct Accessible {
    pub role: String,
    pub name: String,
    pub description: String,
    pub properties: Value,
}

impl Accessible {
    pub fn property(&self, name: &str) -> &Value {
        let properties = self.properties.as_array().unwrap();
        properties
            .iter()
            .find(|property| property["name"] == name)
            .map_or(&Value::Null, |property| &property["value"]["value"])
    }
}

pub async fn accessible(browser: &Chromium) -> Vec<Accessible> {
    let tree = browser
        .devtools("Accessibility.getFullAXTree", json!({}))
        .await;
    let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
    tree["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|node| node["ignored"] == false)
        .map(|node| Accessible {
            role: text(&node["role"]),
            name: text(&node["name"]),
            description: text(&node["description"]),
            properties: node["properties"].clone(),
        })
        .collect()
}

fn unnamed(tree: &[Accessible]) -> Vec<String> {
    let mut faults: Vec<String> = tree
        .iter()
        .filter(|node| {
            [
                "RootWebArea",
                "textbox",
                "checkbox",
                "button",
                "link",
                "heading",
            ]
            .contains(&node.role.as_str())
                && node.name.trim().is_empty()
        })
        .map(|node| format!("a {} has no name", node.role))
        .collect();
    let headings = tree
        .iter()
        .filter(|node| node.role == "heading" && *node.property("level") == 1)
        .count();
    if headings != 1 {
        faults.push(format!("{headings} headings of the first level"));
    }
    faults
}
