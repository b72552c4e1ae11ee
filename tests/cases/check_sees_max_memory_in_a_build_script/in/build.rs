fn main() {
    println!("cargo::rustc-link-arg=--max-memory=1073741824");
}
