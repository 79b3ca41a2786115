//! Which design points there are.
//!
//! Decides their order: that of the variations, of which the last changes from one
//! point to the next. Points are counted and made one at a time, so that a design of a
//! million points takes no memory.

use super::axis::{Axis, constant, first, param};
use crate::ids::ParamId;
use crate::scenario::{Expr, LoadedScenario, Model, evaluate, evaluate_params, read_expression};
use crate::value::{Type, Value};

/// The most points of a design.
pub const MOST_POINTS: u64 = 10_000_000_000;

/// Parameters that change together: each has as many values.
type Zipped = Vec<Axis>;

/// The design points of a sweep.
#[derive(Debug, Clone)]
pub struct Design {
    groups: Vec<Zipped>,
    /// By parameter, the values that are the same everywhere.
    given: Vec<Option<Value>>,
    conditions: Vec<Expr>,
    points: u64,
}

/// One setting of the parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct DesignPoint {
    /// Its number in the design, conditions not considered.
    pub number: u64,
    /// The values that are varied, in the order of [`Design::names`].
    pub varied: Vec<Value>,
    /// All parameters, by [`ParamId`].
    pub params: Vec<Value>,
}

impl Design {
    /// One point: these settings, as of `--set`, and else what the file says.
    ///
    /// # Errors
    /// A message, if a setting is no value of a parameter.
    pub fn new(model: &Model, settings: &[(String, String)]) -> Result<Design, String> {
        let mut given = vec![None; model.params.len()];
        for (name, text) in settings {
            let (id, ty) = param(model, name)?;
            given[id.index()] =
                Some(constant(text, ty).map_err(|why| format!("--set {name}={text}: {why}"))?);
        }
        Ok(Design { groups: Vec::new(), given, conditions: Vec::new(), points: 1 })
    }

    /// As [`Design::new`], of a scenario that was loaded with these settings.
    pub fn of_loaded(loaded: &LoadedScenario, settings: &[(String, String)]) -> Design {
        let set = |name: &str| settings.iter().any(|(set, _)| set == name);
        let params = loaded.model.params.iter().zip(&loaded.params);
        let given = params.map(|(param, value)| set(&param.name).then_some(*value)).collect();
        Design { groups: Vec::new(), given, conditions: Vec::new(), points: 1 }
    }

    /// With further parameters that change, each of `zipped` together: combined with
    /// all that was there before.
    ///
    /// # Errors
    /// A message, if a parameter is varied or set twice, if those that change together
    /// have not as many values, or if there are too many points.
    pub fn vary(mut self, zipped: Vec<Axis>) -> Result<Design, String> {
        let Some(length) = zipped.first().map(|axis| axis.values.len()) else { return Ok(self) };
        for (at, axis) in zipped.iter().enumerate() {
            let name = &axis.name;
            let before = self.groups.iter().flatten().chain(&zipped[..at]);
            if before.into_iter().any(|other| other.param == axis.param) {
                return Err(format!(
                    "'{name}' is varied twice; give all its values at once, as in {name}=1,2,4"
                ));
            }
            if self.given[axis.param.index()].is_some() {
                return Err(format!("'{name}' is both set and varied"));
            }
            if axis.values.len() != length {
                let (first, other) = (&zipped[0].name, axis.values.len());
                return Err(format!(
                    "'{first}' has {length} values and '{name}' has {other}; what changes together has as many"
                ));
            }
        }
        let points = u128::from(self.points) * length as u128;
        if points > u128::from(MOST_POINTS) {
            return Err(format!(
                "the design has {points} points or more, and at most {MOST_POINTS} can be run; \
                 vary fewer parameters, or give ranges a larger step"
            ));
        }
        self.points = points as u64;
        self.groups.push(zipped);
        Ok(self)
    }

    /// Only with points for which this condition over parameters holds.
    ///
    /// # Errors
    /// A message, if it is none.
    pub fn only_where(mut self, model: &Model, condition: &str) -> Result<Design, String> {
        let names = model.params.iter().map(|param| (param.name.as_str(), param.ty));
        let expr = read_expression(names, "--where", condition, Some(Type::Bool))
            .map_err(|problems| format!("--where '{condition}': {}", first(&problems)))?;
        self.conditions.push(expr);
        Ok(self)
    }

    /// How many points there are, conditions not considered.
    pub fn points(&self) -> u64 {
        self.points
    }

    /// Whether conditions may leave some of them out.
    pub fn has_conditions(&self) -> bool {
        !self.conditions.is_empty()
    }

    /// What changes, by what changes together: parameters with as many values each.
    pub fn groups(&self) -> &[Vec<Axis>] {
        &self.groups
    }

    /// By what changes together, how many values each of it has.
    pub fn lengths(&self) -> impl Iterator<Item = u64> {
        self.groups.iter().map(|group| group[0].values.len() as u64)
    }

    /// What changes, in the order of [`DesignPoint::varied`].
    pub fn axes(&self) -> impl Iterator<Item = &Axis> {
        self.groups.iter().flatten()
    }

    /// The names of what changes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.axes().map(|axis| axis.name.as_str())
    }

    /// By group, which of its values a point has.
    pub fn places(&self, number: u64) -> Vec<usize> {
        let mut places = vec![0; self.groups.len()];
        let mut rest = number;
        for (place, group) in places.iter_mut().zip(&self.groups).rev() {
            let length = group[0].values.len() as u64;
            (*place, rest) = ((rest % length) as usize, rest / length);
        }
        places
    }

    /// The varied values of a point.
    pub fn varied(&self, number: u64) -> Vec<Value> {
        let values = self.groups.iter().zip(self.places(number));
        values.flat_map(|(group, place)| group.iter().map(move |axis| axis.values[place])).collect()
    }

    /// A point of the design; `None` if a condition leaves it out.
    ///
    /// # Errors
    /// A message, if a parameter or a condition has no value there.
    pub fn point(&self, model: &Model, number: u64) -> Result<Option<DesignPoint>, String> {
        let varied = self.varied(number);
        let mut given = self.given.clone();
        for (axis, value) in self.axes().zip(&varied) {
            given[axis.param.index()] = Some(*value);
        }
        let params = evaluate_params(model, &given).map_err(|error| error.to_string())?;
        for condition in &self.conditions {
            if evaluate(condition, &params).map_err(|error| error.to_string())? == Value::Bool(false) {
                return Ok(None);
            }
        }
        Ok(Some(DesignPoint { number, varied, params }))
    }

    /// The number of the point that has the values of the file; the first if there is
    /// none.
    pub fn base(&self, model: &Model) -> u64 {
        let file = evaluate_params(model, &self.given).unwrap_or_default();
        let is_of_file =
            |axis: &Axis, place: usize| file.get(axis.param.index()) == Some(&axis.values[place]);
        let mut number = 0;
        for group in &self.groups {
            let length = group[0].values.len();
            let place = (0..length).find(|&place| group.iter().all(|axis| is_of_file(axis, place)));
            let Some(place) = place else { return 0 };
            number = number * length as u64 + place as u64;
        }
        number
    }

    /// The parameters that are set for all points, with their values.
    pub fn settings(&self) -> impl Iterator<Item = (ParamId, Value)> {
        let given = self.given.iter().enumerate();
        given.filter_map(|(position, value)| Some((ParamId::from_index(position), (*value)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_str;

    const SCENARIO: &str = "
version: 1
params: {room: 2, workers: 1, rest: room - workers}
processes: {p: {do: [{repeat: room + workers + rest, do: [{delay: 1s}]}]}}
";

    fn design(texts: &[&[&str]]) -> Result<(Model, Design), String> {
        let model = load_str("s", SCENARIO, &[]).expect("it is valid").model;
        let mut design = Design::new(&model, &[])?;
        for zipped in texts {
            let axes = zipped.iter().map(|text| Axis::read(&model, text)).collect::<Result<_, _>>()?;
            design = design.vary(axes)?;
        }
        Ok((model, design))
    }

    fn points(model: &Model, design: &Design) -> Vec<Vec<i64>> {
        let numbers = (0..design.points()).filter_map(|number| design.point(model, number).expect("a point"));
        let whole = |value: &Value| value.to_word() as i64;
        numbers.map(|point| point.params.iter().map(whole).collect()).collect()
    }

    #[test]
    fn the_last_changes_from_one_to_the_next() {
        let (model, design) = design(&[&["room=1,2"], &["workers=1..3"]]).expect("a design");
        // What depends on others is calculated anew.
        let all = [[1, 1, 0], [1, 2, -1], [1, 3, -2], [2, 1, 1], [2, 2, 0], [2, 3, -1]];
        assert_eq!(points(&model, &design), all);
        assert_eq!(design.base(&model), 3);
        let some = design.only_where(&model, "room >= workers").expect("a condition");
        assert_eq!(points(&model, &some), [[1, 1, 0], [2, 1, 1], [2, 2, 0]]);
    }

    #[test]
    fn lockstep() {
        let (model, design) = design(&[&["room=1,2,3", "workers=3,2,1"]]).expect("a design");
        assert_eq!(points(&model, &design), [[1, 3, -2], [2, 2, 0], [3, 1, 2]]);
        // No point has the values of the file.
        assert_eq!(design.base(&model), 0);
    }

    #[test]
    fn what_is_no_design() {
        let failure = |texts: &[&[&str]]| design(texts).expect_err("no design");
        assert!(failure(&[&["room=1,2", "workers=1"]]).contains("has as many"));
        assert!(failure(&[&["room=1,2"], &["room=3"]]).contains("varied twice"));
        let many = "room=1..1000000";
        let message = failure(&[&[many], &["workers=1..1000000"]]);
        assert!(message.contains("has 1000000000000 points"), "{message}");
        let (model, _) = design(&[]).expect("one point");
        let message = Design::new(&model, &[("rom".into(), "3".into())]).expect_err("no parameter");
        assert!(message.contains("did you mean 'room'?"), "{message}");
        let one = Design::new(&model, &[]).expect("one point");
        let message = one.only_where(&model, "room + 1").expect_err("no condition");
        assert!(message.contains("boolean"), "{message}");
    }
}
