//! Expressions that stand beside a scenario: on a command line, in a file of settings.
//!
//! Decides that they are over names that the scenario does not define anew, and that
//! what is wrong with them is told at their own place, not in the scenario's file.

use super::diagnostics::{Diagnostic, Diagnostics, Reports, Severity};
use super::model::{Expr, ExprKind};
use super::names::Table;
use super::node::{Kind, Node};
use super::scope::{ParamEntry, Scope};
use super::source::{SourceFile, narrow};
use super::syntax;
use super::typed::{Typed, coerce};
use super::typing::Typer;
use crate::ids::Site;
use crate::value::Type;

/// Reads an expression over these names, whose values are given by position when it is
/// evaluated ([`super::evaluate`]). `origin` says where it stands, as `--where`.
///
/// # Errors
/// What is wrong with it, with its place in `text`.
pub fn read_expression<'n>(
    names: impl Iterator<Item = (&'n str, Type)>,
    origin: &str,
    text: &str,
    want: Option<Type>,
) -> Result<Expr, Diagnostics> {
    let mut params = Table::default();
    let mut count = 0;
    for (name, ty) in names {
        let site = Site::default();
        params.push(name, ParamEntry { ty: Some(ty), value: None, site, used: true.into() });
        count += 1;
    }
    let source = source_beside(&format!("{origin} '{text}'"), text.to_owned());
    let what = "the expression";
    let (typed, items) = typed_beside(&source, "", text, want, what, &params, Scope::params(count));
    match typed {
        Some(typed) if items.is_empty() => Ok(typed.expr),
        _ => Err(Diagnostics::new(source, Severity::Error, items)),
    }
}

/// Reads an expression that stands in `source` behind `before`, of the type `want`
/// where one is wanted; with every problem that it has.
pub(super) fn typed_beside(
    source: &SourceFile,
    before: &str,
    text: &str,
    want: Option<Type>,
    what: &str,
    params: &Table<ParamEntry>,
    scope: Scope<'_>,
) -> (Option<Typed>, Vec<Diagnostic>) {
    let mut reports = Reports::new(&source.text);
    let site = Site { line: 1, column: narrow(before.chars().count() + 1) };
    let located = reports.locate(site, text);
    let typed = match syntax::parse(text) {
        Ok(ast) => {
            // It is read where there are no resources and no processes.
            let (resources, processes) = (Table::default(), Table::default());
            let mut typer = Typer {
                reports: &mut reports,
                params,
                resources: &resources,
                processes: &processes,
                scope,
                located,
                skipped: false,
                dead: 0,
            };
            typer.expression(&ast)
        }
        Err(error) => {
            reports.text_error(&located, error);
            None
        }
    };
    let node = Node { site, kind: Kind::Text(text.to_owned()) };
    let typed = typed.and_then(|typed| match want {
        Some(want) => coerce(&mut reports, params, typed, want, (&node, what)),
        None => Some(typed),
    });
    let typed = typed.map(|typed| Typed { expr: without_sites(typed.expr), ..typed });
    (typed, with_origin(reports.into_items(), source))
}

/// A text beside a scenario, under the beginning of `label`.
pub(super) fn source_beside(label: &str, text: String) -> SourceFile {
    const SHOWN: usize = 40;
    SourceFile { label: label.chars().take(SHOWN).collect(), text }
}

/// Problems of a text that stands beside the scenario.
pub(super) fn with_origin(items: Vec<Diagnostic>, source: &SourceFile) -> Vec<Diagnostic> {
    items.into_iter().map(|item| Diagnostic { origin: Some(source.clone()), ..item }).collect()
}

/// An expression that stands in no file has no place in it.
fn without_sites(expr: Expr) -> Expr {
    let inner = |expr: Box<Expr>| Box::new(without_sites(*expr));
    let kind = match expr.kind {
        ExprKind::Unary(op, value) => ExprKind::Unary(op, inner(value)),
        ExprKind::Binary(op, left, right) => ExprKind::Binary(op, inner(left), inner(right)),
        ExprKind::And(left, right) => ExprKind::And(inner(left), inner(right)),
        ExprKind::Or(left, right) => ExprKind::Or(inner(left), inner(right)),
        ExprKind::Element(array, index) => ExprKind::Element(array, inner(index)),
        leaf => leaf,
    };
    Expr { kind, ty: expr.ty, site: Site::default() }
}
