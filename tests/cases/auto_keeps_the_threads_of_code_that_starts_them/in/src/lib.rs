pub fn run() {
    std::thread::spawn(|| {});
}
