//! A table by index that never panics: what is not there is the default.

/// Values by dense numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells<T>(Vec<T>);

impl<T: Clone + Default> Cells<T> {
    /// So many defaults.
    pub(crate) fn new(length: usize) -> Self {
        Self(vec![T::default(); length])
    }

    /// A value; the default where there is none.
    pub(crate) fn at(&self, index: usize) -> T
    where
        T: Copy,
    {
        self.0.get(index).copied().unwrap_or_default()
    }

    /// Puts a value where there is one already.
    pub(crate) fn put(&mut self, index: usize, value: T) {
        self.change(index, |cell| *cell = value);
    }

    /// Changes a value.
    pub(crate) fn change(&mut self, index: usize, change: impl FnOnce(&mut T)) {
        if let Some(cell) = self.0.get_mut(index) {
            change(cell);
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// All values in their order.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<T> Cells<Vec<T>> {
    /// A row of values; empty where there is none.
    pub(crate) fn row(&self, index: usize) -> &[T] {
        self.0.get(index).map_or(&[], Vec::as_slice)
    }
}

impl<T> FromIterator<T> for Cells<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}
