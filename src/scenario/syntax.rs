//! Expression text to a syntax tree, by precedence climbing.
//!
//! Decides precedence and limits. Knows no names and no types. Every recursion
//! over a tree is bounded here: brackets nest at most [`DEEPEST`] levels, and a
//! chain such as `a + a + …`, which builds a tree as deep as it is long, ends
//! at [`HIGHEST`].

use super::diagnostics::TextError;
use super::foreign;
use super::lexer::{Lexeme, Token, lex};
use super::names::quoted;
use super::number::{self, Number};
use crate::value::Value;
use std::ops::Range;

/// How deep brackets, signs and arguments may nest.
pub(super) const DEEPEST: usize = 64;
/// How high a tree may grow.
pub(super) const HIGHEST: usize = 256;

/// A syntax tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ast {
    pub kind: AstKind,
    /// The bytes that it covers.
    pub range: Range<usize>,
    height: usize,
}

/// The forms of a syntax tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum AstKind {
    Literal(Value),
    Name(String),
    /// `name.field`.
    Field(String, String),
    /// `name[index]`.
    Element(String, Box<Ast>),
    /// `name(arguments)`.
    Call(String, Vec<Ast>),
    Minus(Box<Ast>),
    Not(Box<Ast>),
    /// With the operator's spelling, `and` and `or` included.
    Binary(&'static str, Box<Ast>, Box<Ast>),
}

impl Ast {
    /// Moves the tree by so many bytes, for an expression inside a longer text.
    pub fn shift(&mut self, by: usize) {
        self.range = self.range.start + by..self.range.end + by;
        match &mut self.kind {
            AstKind::Literal(_) | AstKind::Name(_) | AstKind::Field(..) => {}
            AstKind::Element(_, inner) | AstKind::Minus(inner) | AstKind::Not(inner) => inner.shift(by),
            AstKind::Call(_, arguments) => arguments.iter_mut().for_each(|argument| argument.shift(by)),
            AstKind::Binary(_, left, right) => {
                left.shift(by);
                right.shift(by);
            }
        }
    }
}

/// Parses a whole text.
pub(super) fn parse(text: &str) -> Result<Ast, TextError> {
    let lexemes = lex(text)?;
    if let [_end] = lexemes.as_slice() {
        return Err(TextError::new(0..text.len().min(1), "the expression is empty"));
    }
    let mut parser = Parser { lexemes: &lexemes, at: 0, depth: 0 };
    let ast = parser.expression(0)?;
    match parser.peek().token {
        Token::End => Ok(ast),
        _ => Err(parser.unexpected("an operator", &ast)),
    }
}

/// How strongly the binary operators bind; equal ones group to the left.
fn strength(operator: &str) -> Option<u8> {
    Some(match operator {
        "or" => 1,
        "and" => 2,
        // `not` stands between these.
        "<" | "<=" | ">" | ">=" | "==" | "!=" => COMPARISON,
        "+" | "-" => 5,
        "*" | "/" | "%" => 6,
        _ => return None,
    })
}

const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const MINUS: u8 = 7;

struct Parser<'p, 't> {
    lexemes: &'p [Lexeme<'t>],
    at: usize,
    depth: usize,
}

impl<'p, 't> Parser<'p, 't> {
    fn peek(&self) -> &'p Lexeme<'t> {
        // The last lexeme is the end, and nothing steps over it.
        &self.lexemes[self.at.min(self.lexemes.len() - 1)]
    }

    fn next(&mut self) -> &'p Lexeme<'t> {
        let lexeme = self.peek();
        self.at += 1;
        lexeme
    }

    fn accept(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek().token, Token::Sign(next) if next == sign);
        self.at += usize::from(found);
        found
    }

    /// The binary operator that comes next.
    fn operator(&self) -> Option<&'static str> {
        match self.peek().token {
            Token::Sign(sign) => Some(sign),
            Token::Name("and") => Some("and"),
            Token::Name("or") => Some("or"),
            _ => None,
        }
    }

    fn expression(&mut self, least: u8) -> Result<Ast, TextError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("the expression nests more than {DEEPEST} levels deep");
            return Err(TextError::new(self.peek().range.clone(), message));
        }
        let mut left = self.operand()?;
        while let Some(operator) = self.operator() {
            let Some(binds) = strength(operator).filter(|&binds| binds > least) else { break };
            let place = self.next().range.clone();
            let right = self.expression(binds)?;
            let again = self.operator().and_then(strength);
            if binds == COMPARISON && again == Some(COMPARISON) {
                let range = self.peek().range.clone();
                return Err(TextError::new(range, "comparisons cannot be chained")
                    .with_hint("write `a < b and b < c`"));
            }
            left = binary(operator, place, left, right)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Ast, TextError> {
        let lexeme = self.next();
        let start = lexeme.range.start;
        match lexeme.token {
            Token::Number(number) => literal(number, lexeme.range.clone()),
            Token::Name("true") => leaf(AstKind::Literal(Value::Bool(true)), lexeme.range.clone()),
            Token::Name("false") => leaf(AstKind::Literal(Value::Bool(false)), lexeme.range.clone()),
            Token::Sign("not") | Token::Name("not") => {
                let inner = self.expression(NOT)?;
                let range = start..inner.range.end;
                unary(AstKind::Not, inner, range)
            }
            Token::Sign("-") => self.minus(start),
            Token::Sign("(") => {
                let mut inner = self.expression(0)?;
                inner.range = start..self.close(")", lexeme)?;
                Ok(inner)
            }
            Token::Name(name) if strength(name).is_none() => self.named(name, lexeme),
            Token::Name(_) | Token::Sign(_) | Token::End => {
                self.at -= 1;
                Err(self.missing_operand())
            }
        }
    }

    fn minus(&mut self, start: usize) -> Result<Ast, TextError> {
        // The smallest integer has no positive counterpart.
        if let Lexeme { token: Token::Number(Number::Int(SMALLEST)), range } = self.peek() {
            self.at += 1;
            return leaf(AstKind::Literal(Value::Int(i64::MIN)), start..range.end);
        }
        let inner = self.expression(MINUS)?;
        let range = start..inner.range.end;
        unary(AstKind::Minus, inner, range)
    }

    fn named(&mut self, name: &str, lexeme: &Lexeme<'t>) -> Result<Ast, TextError> {
        let start = lexeme.range.start;
        let open = self.peek();
        if self.accept("[") {
            let index = self.expression(0)?;
            let range = start..self.close("]", open)?;
            let name = name.to_owned();
            return unary(|index| AstKind::Element(name, index), index, range);
        }
        if self.accept(".") {
            // The lexer has seen that a name follows.
            let Lexeme { token: Token::Name(field), range } = self.next() else {
                return Err(self.missing_operand());
            };
            return leaf(AstKind::Field(name.to_owned(), (*field).to_owned()), start..range.end);
        }
        if !self.accept("(") {
            return leaf(AstKind::Name(name.to_owned()), lexeme.range.clone());
        }
        let mut arguments = Vec::new();
        if self.peek().token != Token::Sign(")") {
            arguments.push(self.expression(0)?);
            while self.accept(",") {
                arguments.push(self.expression(0)?);
            }
        }
        let end = self.close(")", open)?;
        // Functions of many arguments become chains of those of two.
        let highest = arguments.iter().map(|argument| argument.height).max().unwrap_or(0);
        let below = highest + arguments.len();
        build(AstKind::Call(name.to_owned(), arguments), start..end, below)
    }

    fn close(&mut self, sign: &'static str, open: &Lexeme<'t>) -> Result<usize, TextError> {
        let lexeme = self.next();
        if lexeme.token == Token::Sign(sign) {
            return Ok(lexeme.range.end);
        }
        let hint = format!("expected `{sign}`");
        Err(match lexeme.token {
            Token::End => TextError::new(open.range.clone(), "this bracket is never closed").with_hint(
                "inside `{…}` and `[…]` YAML ends a value at `,`, `]` and `}`; put the expression in quotes",
            ),
            _ => TextError::new(lexeme.range.clone(), format!("unexpected {}", spelled(&lexeme.token)))
                .with_hint(hint),
        })
    }

    fn missing_operand(&self) -> TextError {
        let lexeme = self.peek();
        match lexeme.token {
            Token::End => {
                let before = self.at.checked_sub(1).map_or(0..0, |before| self.lexemes[before].range.clone());
                TextError::new(before, "the expression ends where a value is missing")
            }
            Token::Sign("+") => {
                let is_second =
                    self.at.checked_sub(1).is_some_and(|at| self.lexemes[at].token == Token::Sign("+"));
                let hint = match is_second {
                    true => "one more is `n + 1`, and `set: {n: n + 1}` counts up",
                    false => "a number needs no plus sign",
                };
                TextError::new(lexeme.range.clone(), "a value is missing before `+`").with_hint(hint)
            }
            _ => TextError::new(
                lexeme.range.clone(),
                format!("expected a value, found {}", spelled(&lexeme.token)),
            ),
        }
    }

    fn unexpected(&self, expected: &str, before: &Ast) -> TextError {
        let lexeme = self.peek();
        let message = format!("expected {expected}, found {}", spelled(&lexeme.token));
        let error = TextError::new(lexeme.range.clone(), message);
        let unit = match lexeme.token {
            Token::Name(name) => number::unit_meant(name),
            _ => None,
        };
        if lexeme.token == Token::Sign(",")
            && matches!(before.kind, AstKind::Literal(_))
            && let Some(Lexeme { token: Token::Number(_), .. }) = self.lexemes.get(self.at + 1)
        {
            return error.with_hint("decimals are written with a point, as in `1.5s`");
        }
        if lexeme.token == Token::Sign("(") && matches!(before.kind, AstKind::Field(..)) {
            return error.with_hint("there are no methods here; how much is in a resource is `level(name)`");
        }
        match (unit, &before.kind, lexeme.token) {
            (Some(unit), AstKind::Literal(value), _) => {
                error.with_hint(format!("write the unit without a space, `{value}{unit}`"))
            }
            (Some(unit), _, _) => error.with_hint(format!("write `n * 1{unit}` for so many of a unit")),
            (None, _, Token::Name(name)) => match foreign::operator(name) {
                Some(hint) => error.with_hint(hint),
                None => match before.kind {
                    AstKind::Literal(value) => error.with_hint(format!("write the number alone, `{value}`")),
                    AstKind::Name(_) => error.with_hint(NO_TEXTS),
                    _ => error,
                },
            },
            _ => error,
        }
    }
}

/// What to do about two names that stand side by side.
const NO_TEXTS: &str = "there are no texts as values: number what there is, as in `state: 0`, and `log: \"…\"` writes what it means; between two names stands an operator";

/// 2^63, as far as an integer literal may go.
const SMALLEST: u64 = 1 << 63;

fn literal(number: Number, range: Range<usize>) -> Result<Ast, TextError> {
    let value = match number {
        Number::Float(number) => Value::Float(number),
        Number::Duration(nanos) => Value::Duration(nanos),
        Number::Int(number) => match i64::try_from(number) {
            Ok(number) => Value::Int(number),
            Err(_) => {
                return Err(TextError::new(range, format!("the integer {number} does not fit 64 bits")));
            }
        },
    };
    leaf(AstKind::Literal(value), range)
}

fn leaf(kind: AstKind, range: Range<usize>) -> Result<Ast, TextError> {
    build(kind, range, 0)
}

fn unary(kind: impl FnOnce(Box<Ast>) -> AstKind, inner: Ast, range: Range<usize>) -> Result<Ast, TextError> {
    let below = inner.height;
    build(kind(Box::new(inner)), range, below)
}

fn binary(operator: &'static str, place: Range<usize>, left: Ast, right: Ast) -> Result<Ast, TextError> {
    let range = left.range.start..right.range.end;
    let below = left.height.max(right.height);
    build(AstKind::Binary(operator, Box::new(left), Box::new(right)), range, below)
        .map_err(|error| TextError { range: place, ..error })
}

fn build(kind: AstKind, range: Range<usize>, below: usize) -> Result<Ast, TextError> {
    if below >= HIGHEST {
        let message = format!("the expression has more than {HIGHEST} operations in a row");
        return Err(TextError::new(range, message).with_hint("split it, with a variable or a parameter"));
    }
    Ok(Ast { kind, range, height: below + 1 })
}

fn spelled(token: &Token<'_>) -> String {
    match token {
        Token::Number(_) => "a number".to_owned(),
        Token::Name(name) => quoted(name),
        Token::Sign(sign) => format!("`{sign}`"),
        Token::End => "the end".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree with all its brackets.
    fn shown(ast: &Ast) -> String {
        match &ast.kind {
            AstKind::Literal(value) => value.to_string(),
            AstKind::Name(name) => name.clone(),
            AstKind::Field(name, field) => format!("{name}.{field}"),
            AstKind::Element(name, index) => format!("{name}[{}]", shown(index)),
            AstKind::Call(name, arguments) => {
                format!("{name}({})", arguments.iter().map(shown).collect::<Vec<_>>().join(", "))
            }
            AstKind::Minus(inner) => format!("(-{})", shown(inner)),
            AstKind::Not(inner) => format!("(not {})", shown(inner)),
            AstKind::Binary(operator, left, right) => {
                format!("({} {operator} {})", shown(left), shown(right))
            }
        }
    }

    fn tree(text: &str) -> Result<String, String> {
        parse(text).map(|ast| shown(&ast)).map_err(|error| error.message)
    }

    #[test]
    fn precedence() {
        for (text, expected) in [
            ("a + b * c - d", "((a + (b * c)) - d)"),
            ("-a * b", "((-a) * b)"),
            ("not a < b and c or d", "(((not (a < b)) and c) or d)"),
            ("!a && b || c", "(((not a) and b) or c)"),
            ("a - b - c", "((a - b) - c)"),
            ("(i + 1) % n", "((i + 1) % n)"),
            ("-item.size * 1.5", "((-item.size) * 1.5)"),
            ("min(a, b[i + 1], 2s)", "min(a, b[(i + 1)], 2s)"),
            ("- -9223372036854775808", "(--9223372036854775808)"),
        ] {
            assert_eq!(tree(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn nothing_nests_without_bound() {
        let deep = [
            format!("{}1{}", "(".repeat(4000), ")".repeat(4000)),
            "-".repeat(9_000) + "1",
            "not ".repeat(2000) + "true",
            "a+".repeat(4_900) + "a",
            "a[".repeat(4_000) + "0",
            format!("min({}1)", "1,".repeat(4000)),
            "min(".repeat(2000),
        ];
        for text in deep {
            let message = tree(&text).expect_err("too deep");
            assert!(
                message.contains("nests more than 64") || message.contains("256 operations"),
                "{message}"
            );
        }
        assert!(tree(&("a+".repeat(200) + "a")).is_ok());
        assert!(tree(&format!("{}1{}", "(".repeat(60), ")".repeat(60))).is_ok());
        assert!(tree(&"1".repeat(10_001)).expect_err("too long").contains("10,000 characters"));
    }

    #[test]
    fn errors_have_places() {
        for (text, range, part) in [
            ("", 0..0, "empty"),
            ("a +", 2..3, "a value is missing"),
            ("a b", 2..3, "expected an operator, found 'b'"),
            ("5 ms", 2..4, "expected an operator"),
            ("(a", 0..1, "never closed"),
            ("a < b < c", 6..7, "cannot be chained"),
            ("+1", 0..1, "missing before `+`"),
            ("min(a;b)", 5..6, "unexpected"),
            ("9223372036854775808", 0..19, "64 bits"),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error.range, range, "{text}");
            assert!(error.message.contains(part), "{text}: {}", error.message);
        }
    }
}
