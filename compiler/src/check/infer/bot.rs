//! Types in what is declared of bots, and in turns with them.

use super::Infer;
use crate::check::place::Place;
use crate::check::types::{Item, Type, Typed};
use crate::syntax::ast::{Binding, Bot, Query, Segment, Talk};
use flow_query::bot::{Holds, Vendor};

impl<'a> Infer<'a> {
    pub(super) fn bot(&mut self, bot: &'a Bot) {
        for setting in &bot.settings {
            let is_key = matches!(setting.word, "keys" | "key");
            for value in &setting.values {
                if is_key { self.place(value, Place::Auth) } else { self.fixed(value, Place::Setting) }
            }
        }
    }

    pub(super) fn talk(&mut self, talk: &'a Talk) {
        self.place(&talk.words, Place::Bot);
        let bot = self.names.bot(self.file, &talk.bot);
        for binding in &talk.bindings {
            binding.field.ty.iter().for_each(|ty| self.written(ty));
            if binding.field.ty.is_none() {
                let told = bot.map_or(Type::Unknown, |bot| told(bot.vendor, binding));
                self.known(binding, Typed { ty: told, optional: binding.field.optional });
            }
            self.bound(&binding.field.name);
        }
    }

    /// What a variable is that says no type of its own.
    fn known(&mut self, binding: &Binding, typed: Typed) {
        let var = self.names.bindings.get(&binding.field.name.span);
        if let Some(slot) = var.and_then(|var| self.types.vars.get_mut(var.0)) {
            *slot = Some(typed);
        }
    }
}

/// The type of what a bot's answer holds in this place.
fn told(vendor: Vendor, binding: &Binding) -> Type {
    let Query::Path(path) = &binding.query else { return Type::Scalar };
    match vendor.lookup(&path.iter().map(Segment::of_query).collect::<Vec<_>>()) {
        Ok(Holds::Text) => Type::Text,
        Ok(Holds::Texts) => Type::List(Item::Text),
        Ok(Holds::Number) => Type::Number,
        Ok(Holds::Bool) => Type::Bool,
        Ok(Holds::Any) => Type::Scalar,
        Ok(Holds::Members(_)) => Type::Json,
        // A rule of its own tells that there is none.
        Err(_) => Type::Unknown,
    }
}
