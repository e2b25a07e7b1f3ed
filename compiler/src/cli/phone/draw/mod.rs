//! The screen: a conversation on the left, what the flow is doing on the right, the line to write in below. All of it is
//! a function of the model and the size.

mod bubbles;
mod help;
mod paint;
mod row;
mod steps;
mod text;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use self::bubbles::Bubbles;
pub(super) use self::paint::Paint;
pub(super) use self::row::Link;
use self::row::{Row, Window};
use self::steps::Steps;
use super::model::Phone;

/// Columns from which on both sides have room.
const WIDE: u16 = 76;

/// Rows from which on there are titles, and frames around texts.
const HIGH: u16 = 16;

/// What was drawn.
#[derive(Debug)]
pub(super) struct Drawn {
    /// The links on the screen.
    pub(super) links: Vec<Link>,
    /// How far the two sides are really scrolled back.
    pub(super) back: (usize, usize),
    /// Where the cursor goes.
    pub(super) cursor: Position,
}

/// Draws the phone.
pub(super) fn draw(frame: &mut Frame<'_>, phone: &Phone, paint: Paint) -> Drawn {
    let area = frame.area();
    let drawn = screen(frame.buffer_mut(), area, phone, paint);
    frame.set_cursor_position(drawn.cursor);
    drawn
}

/// The rows of the screen, from the top.
struct Rooms {
    head: Rect,
    chat: Rect,
    /// Beside the conversation; nothing where that has all the room.
    steps: Option<Rect>,
    /// A row that says what the flow is doing where the steps have no room.
    status: Option<Rect>,
    foot: Rect,
}

impl Rooms {
    fn of(area: Rect) -> Self {
        let is_wide = area.width >= WIDE;
        let head_height = if area.height >= 8 { 3 } else { 0 };
        let foot_height = if area.height >= HIGH { 3 } else { 2 }.min(area.height);
        let status_height = u16::from(!is_wide && area.height >= 5);
        let middle = area.height.saturating_sub(head_height + foot_height + status_height);
        let strip = |y: u16, height: u16| Rect { x: area.x, y: area.y + y, width: area.width, height };
        let body = strip(head_height, middle);
        let left = if is_wide { area.width * 11 / 20 } else { area.width };
        Self {
            head: strip(0, head_height),
            chat: Rect { width: left, ..body },
            steps: is_wide.then(|| Rect { x: area.x + left + 1, width: area.width - left - 1, ..body }),
            status: (status_height > 0).then(|| strip(head_height + middle, 1)),
            foot: strip(area.height - foot_height, foot_height),
        }
    }
}

fn screen(buffer: &mut Buffer, area: Rect, phone: &Phone, paint: Paint) -> Drawn {
    let rooms = Rooms::of(area);
    let mut links = Vec::new();
    let rule = rooms.steps.map(|steps| steps.x - area.x - 1);
    head(buffer, rooms.head, rule, phone, paint);

    let person = phone.numbers().0;
    let steps = |room: Rect| Steps { phone, columns: room.width.into(), paint };
    let side = |room: Rect, buffer: &mut Buffer| {
        let mut window = Window::new(room.height.into(), phone.back.1);
        steps(room).fill(&person, &mut window);
        window.draw(buffer, room, &mut Vec::new())
    };
    let mut back = phone.back;
    if let Some(room) = rooms.steps {
        back.1 = side(room, buffer);
        let line = Rect { x: room.x - 1, width: 1, ..room };
        for at in 0..room.height.into() {
            Row::default().with(paint.faint(), "│").draw(buffer, line, at, &mut Vec::new());
        }
    }
    if phone.shows_help {
        help::rows(rooms.chat.width.into(), paint)
            .into_iter()
            .enumerate()
            .for_each(|(at, row)| row.draw(buffer, rooms.chat, at, &mut links));
    } else if phone.shows_steps && rooms.steps.is_none() {
        back.1 = side(rooms.chat, buffer);
    } else if let Some(chat) = phone.chats.get(phone.current) {
        let (columns, height) = (rooms.chat.width.into(), usize::from(rooms.chat.height));
        let mut window = Window::new(height, phone.back.0);
        let is_small = area.height < HIGH || columns < 30;
        Bubbles { columns, is_small, zone: phone.zone, paint }.fill(chat, &mut window);
        back.0 = window.draw(buffer, rooms.chat, &mut links);
    }
    if let Some(room) = rooms.status {
        steps(room).status(&person).draw(buffer, room, 0, &mut Vec::new());
    }
    let cursor = foot(buffer, rooms.foot, rule, phone, paint);
    links.sort_by_key(|link| (link.place.1, link.place.0));
    Drawn { links, back, cursor }
}

/// A rule over the whole width, with the end of the one between the two sides.
fn rule(columns: u16, joint: Option<u16>, sign: &str, paint: Paint) -> Row {
    let line = |count: u16| "─".repeat(count.into());
    let line = match joint {
        Some(joint) => format!("{}{sign}{}", line(joint), line(columns.saturating_sub(joint + 1))),
        None => line(columns),
    };
    Row::default().with(paint.faint(), line)
}

/// The flow's name, and the conversations by their numbers.
fn head(buffer: &mut Buffer, area: Rect, joint: Option<u16>, phone: &Phone, paint: Paint) {
    let columns = usize::from(area.width);
    let own = phone.numbers().1;
    let name = text::cut(&phone.flow.name, columns.saturating_sub(own.len() + 4));
    let room = columns.saturating_sub(text::width(&name) + text::width(&own) + 3);
    let title = Row::default().to(1).with(paint.bold(), name).with(Style::new(), " ".repeat(room + 1));
    title.with(paint.flow(), text::cut(&own, columns)).draw(buffer, area, 0, &mut Vec::new());

    let label = |number: usize| {
        let Some(chat) = phone.chats.get(number) else { return String::new() };
        let is_several = phone.chats.iter().any(|other| other.own != chat.own);
        let own = if is_several { format!(" → {}", chat.own) } else { String::new() };
        let unread = if chat.unread > 0 { format!(" ({})", chat.unread) } else { String::new() };
        format!(" {}{own}{unread} ", text::one_line(&chat.person))
    };
    // The one that is shown is always to be seen: those before it give way.
    let used = |first: usize| (first..=phone.current).map(|number| text::width(&label(number)) + 1).sum::<usize>();
    let first = (0..phone.current).find(|first| used(*first) < columns).unwrap_or(phone.current);
    let mut tabs = Row::default().with(paint.faint(), if first > 0 { "‹" } else { " " });
    for number in first..phone.chats.len() {
        let is_unread = phone.chats.get(number).is_some_and(|chat| chat.unread > 0);
        let style = match number == phone.current {
            true => paint.chosen(),
            false if is_unread => paint.bold(),
            false => paint.faint(),
        };
        tabs = tabs.with(style, label(number)).with(Style::new(), " ");
    }
    tabs.draw(buffer, area, 1, &mut Vec::new());
    rule(area.width, joint, "┬", paint).draw(buffer, area, 2, &mut Vec::new());
}

/// The line to write in, and the keys. Gives the cursor's place.
fn foot(buffer: &mut Buffer, area: Rect, joint: Option<u16>, phone: &Phone, paint: Paint) -> Position {
    let columns = usize::from(area.width);
    let row = if area.height > 1 {
        rule(area.width, joint, "┴", paint).draw(buffer, area, 0, &mut Vec::new());
        1
    } else {
        0
    };
    let (before, after) = phone.editor.parts();
    let before = text::tail(before, columns.saturating_sub(5));
    let cursor = 3 + text::width(&before);
    let after = text::cut(&text::one_line(after), columns.saturating_sub(cursor + 1));
    let line = Row::default().with(paint.person(), " › ");
    let line = if phone.editor.is_empty() {
        line.with(paint.faint(), text::cut("write a text", columns.saturating_sub(4)))
    } else {
        line.with(Style::new(), before).with(Style::new(), after)
    };
    line.draw(buffer, area, row, &mut Vec::new());
    if area.height > 2 {
        let keys = " Enter send · Tab next phone · Ctrl-N new phone · PgUp back · /help · Ctrl-C quit";
        let keys = text::cut(keys, columns);
        Row::default().with(paint.faint(), keys).draw(buffer, area, 2, &mut Vec::new());
    }
    let offset = |value: usize, most: u16| u16::try_from(value).unwrap_or(most).min(most.saturating_sub(1));
    Position { x: area.x + offset(cursor, area.width), y: area.y + offset(row, area.height.max(1)) }
}

#[cfg(test)]
mod tests;
