//! A page as one file of HTML, which needs nothing beside it: its pictures stand in it.

use super::page::{Block, Page};
use crate::render::escape;
use std::fmt::Write;

const STYLE: &str = "\
body{font:16px/1.5 Verdana,\"DejaVu Sans\",sans-serif;color:#22262b;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.7rem}h2{font-size:1.3rem;margin-top:2.5rem}h3{font-size:1.05rem}\
table{border-collapse:collapse;margin:1rem 0;font-size:.85rem}\
th,td{border:1px solid #d5d9de;padding:.3rem .6rem;text-align:left;vertical-align:top}th{background:#f1f2f4}\
figure{margin:1.5rem 0}svg{max-width:100%;height:auto}\
pre{background:#f1f2f4;padding:.7rem;overflow-x:auto;font-size:.8rem}\
@media print{body{margin:0;max-width:none;font-size:10pt}figure,table{break-inside:avoid}}";

/// The whole page.
pub fn written(page: &Page) -> String {
    let title = text(&page.title);
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    for (number, block) in page.blocks.iter().enumerate() {
        put(&mut html, block, number);
    }
    html.push_str("</body>\n</html>\n");
    html
}

fn put(html: &mut String, block: &Block, number: usize) {
    let written = match block {
        Block::Heading(level, heading) => writeln!(html, "<h{level}>{}</h{level}>", text(heading)),
        Block::Text(paragraph) => writeln!(html, "<p>{}</p>", text(paragraph)),
        Block::Table { heads, rows } => {
            html.push_str("<table>\n");
            row(html, "th", heads);
            rows.iter().for_each(|cells| row(html, "td", cells));
            html.push_str("</table>\n");
            Ok(())
        }
        Block::Picture { svg, .. } => writeln!(html, "<figure>\n{}</figure>", with_own_ids(svg, number)),
        Block::Commands(lines) | Block::Told(lines) => {
            writeln!(html, "<pre>{}</pre>", text(&lines.join("\n")))
        }
    };
    written.expect("a String takes any text");
}

fn row(html: &mut String, element: &str, cells: &[String]) {
    html.push_str("<tr>");
    for cell in cells {
        write!(html, "<{element}>{}</{element}>", text(cell)).expect("a String takes any text");
    }
    html.push_str("</tr>\n");
}

fn text(plain: &str) -> String {
    let mut text = String::new();
    escape(plain, &mut text);
    text
}

/// A picture whose ids no other one has. In a text quotation marks are written otherwise.
fn with_own_ids(svg: &str, number: usize) -> String {
    svg.replace(" id=\"", &format!(" id=\"p{number}-")).replace("\"url(#", &format!("\"url(#p{number}-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out() {
        let mut page = Page { title: "</title><script>".to_owned(), ..Page::default() };
        page.text("<b>&\"");
        let html = written(&page);
        assert!(!html.contains("<script>") && html.contains("<p>&lt;b&gt;&amp;&quot;</p>"), "{html}");
    }

    #[test]
    fn pictures_keep_their_hatchings_apart() {
        let svg =
            "<svg><pattern id=\"hatch-0\"/><rect fill=\"url(#hatch-0)\"/><title>&quot;url(#</title></svg>";
        let own = "<svg><pattern id=\"p3-hatch-0\"/><rect fill=\"url(#p3-hatch-0)\"/><title>&quot;url(#</title></svg>";
        assert_eq!(with_own_ids(svg, 3), own);
    }
}
