fn main() {
    println!("{}", work::in_parallel(6, 7));
}
