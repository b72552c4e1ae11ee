use std::thread;

/// Multiplies on a second thread.
pub fn in_parallel(a: i32, b: i32) -> i32 {
    thread::spawn(move || a * b).join().unwrap()
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_works() {
        assert_eq!(super::in_parallel(6, 7), 42);
    }
}
