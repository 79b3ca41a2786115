//! The answers to [`super::Scheduler::choose`], for drivers that try them all.

/// What a step asked, what it was answered, and so what the next way through it
/// is. Ways come in the order of their answers, as the numbers on an odometer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// The answers, those that the next way is to give included.
    answers: Vec<u32>,
    /// Among how many options each was.
    asked: Vec<u32>,
}

impl Choices {
    /// To give these answers first, and the first option from then on.
    pub fn with(answers: &[u32]) -> Choices {
        Choices { answers: answers.to_vec(), asked: Vec::new() }
    }

    /// The answer to the next question of this way.
    pub fn choose(&mut self, options: u32) -> u32 {
        let place = self.asked.len();
        self.asked.push(options);
        if place == self.answers.len() {
            self.answers.push(0);
        }
        self.answers[place]
    }

    /// What is wrong with the answers after a way, if they were given from outside: one that nobody asked for, or
    /// that is no option.
    pub fn wrong(&self) -> Option<String> {
        let no_option = self.answers.iter().zip(&self.asked).find(|(answer, options)| answer >= options);
        if let Some((answer, options)) = no_option {
            return Some(format!("{answer} is none of its {options} choices, which are counted from 0"));
        }
        let needless = self.answers.get(self.asked.len())?;
        Some(format!("it has no choice to make by which {needless} would be meant"))
    }

    /// What was answered on this way, in order.
    pub fn answers(&self) -> &[u32] {
        &self.answers
    }

    /// Goes on to the next way; false if there is none.
    pub fn advance(&mut self) -> bool {
        self.answers.truncate(self.asked.len());
        while let (Some(answer), Some(options)) = (self.answers.pop(), self.asked.pop()) {
            if answer + 1 < options {
                self.answers.push(answer + 1);
                self.asked.clear();
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_once() {
        let mut choices = Choices::default();
        let mut ways = Vec::new();
        loop {
            let first = choices.choose(3);
            if first != 1 {
                choices.choose(2);
            }
            ways.push(choices.answers().to_vec());
            if !choices.advance() {
                break;
            }
        }
        assert_eq!(ways, [vec![0, 0], vec![0, 1], vec![1], vec![2, 0], vec![2, 1]]);
        assert!(!Choices::default().advance(), "nothing was asked");
    }

    #[test]
    fn answers_that_are_none_are_told() {
        let asked = |answers: &[u32]| {
            let mut choices = Choices::with(answers);
            choices.choose(2);
            choices.wrong()
        };
        assert_eq!((asked(&[]), asked(&[1])), (None, None));
        assert!(asked(&[7]).is_some_and(|wrong| wrong.starts_with("7 is none of its 2 choices")));
        assert!(asked(&[1, 9]).is_some_and(|wrong| wrong.contains("by which 9 would be meant")));
    }

    /// The way with two questions after 0, 0 is 0, 1, whatever was to be answered to
    /// more of them.
    #[test]
    fn an_answer_that_nobody_asks_for_is_dropped() {
        let mut choices = Choices::with(&[0, 0, 0]);
        assert_eq!([choices.choose(2), choices.choose(2)], [0, 0]);
        assert!(choices.advance());
        assert_eq!(choices.answers(), [0, 1]);
    }
}
