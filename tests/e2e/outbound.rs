//! How calls go out: by TLS with authorities and certificates of the operator's, on connections that are used again, by a
//! proxy.

use flow_tests::process::Ended;
use flow_tests::proxy::Proxy;
use flow_tests::reach::{self, KEY, pointing};
use flow_tests::secure::Authority;
use flow_tests::{Program, Reply, Scratch, StandIn};
use serde_json::json;

/// The flow, its first call pointed to a service behind TLS on this machine.
fn pointed_to(port: u16) -> (StandIn, flow_tests::program::Start) {
    let first = pointing(302, &format!("https://localhost:{port}/z"));
    let start = reach::start(&first).with(["--allow-net", "localhost"]);
    (first, start)
}

#[test]
fn only_authorities_that_are_known_are_trusted() {
    let Some(authority) = Authority::new() else { return };
    authority.sign("good", "localhost", 2);
    authority.sign("expired", "localhost", -1);
    authority.sign("elsewhere", "elsewhere.example", 2);
    authority.sign_itself("itself", "localhost", false);
    authority.sign_itself("careless", "localhost", true);
    let ca = authority.file("ca.pem");
    for (name, trusted, told) in [
        ("good", true, "ok there".to_owned()),
        (
            "good",
            false,
            "its certificate is from an authority that this program does not trust (--tls-ca FILE adds one, --tls-roots \
             platform takes those of this machine)"
                .to_owned(),
        ),
        ("expired", true, "its certificate has expired (start.example points there)".to_owned()),
        ("elsewhere", true, "its certificate is for another host: elsewhere.example (start.example points there)".to_owned()),
    ] {
        let service = authority.serve(name);
        let (_first, start) = pointed_to(service.port);
        let start = if trusted { start.with(["--tls-ca", &ca]) } else { start };
        let answer = start.start().converse("get");
        let expected = if name == "good" && trusted {
            told
        } else {
            format!("tls: no secure connection to localhost:{}: {told}", service.port)
        };
        assert!(answer.starts_with(&expected), "{name}: {answer}");
        assert_eq!(service.requests().len(), usize::from(name == "good" && trusted));
    }
    // One that signed its own certificate is trusted by that, if it does not say that it is an authority's.
    for (name, told) in [
        ("itself", "ok there".to_owned()),
        ("careless", "it shows an authority's certificate (CA:TRUE) as its own".to_owned()),
    ] {
        let service = authority.serve(name);
        let (_first, start) = pointed_to(service.port);
        let answer = start.with(["--tls-ca", &authority.file(&format!("{name}.pem"))]).start().converse("get");
        let secure = format!("tls: no secure connection to localhost:{}: {told}", service.port);
        assert!(answer.starts_with(if name == "itself" { &told } else { &secure }), "{name}: {answer}");
    }
    // The platform's authorities, which these tests name by the variable that others know, too.
    let service = authority.serve("good");
    let (_first, start) = pointed_to(service.port);
    let program = start.variable("FLOW_TLS_ROOTS", "platform").variable("SSL_CERT_FILE", &ca).start();
    assert_eq!(program.converse("get"), "ok there");
}

#[test]
fn a_service_may_want_a_certificate() {
    let Some(authority) = Authority::new() else { return };
    authority.sign("good", "localhost", 2);
    authority.sign("client", "client.example", 2);
    // By TLS 1.3 a client may have sent its request before it hears of it, and the alert may be lost with the connection.
    let service = authority.serve_clients("good", "TLSv1.2");
    let [ca, cert, key, other] = ["ca.pem", "client.pem", "client.key", "good.key"].map(|name| authority.file(name));

    let (_first, start) = pointed_to(service.port);
    let told = start.with(["--tls-ca", &ca]).start().converse("get");
    assert!(told.starts_with(&format!("tls: no secure connection to localhost:{}: ", service.port)), "{told}");
    assert!(told.contains("; it may want a client certificate (--tls-cert FILE, --tls-key FILE) ("), "{told}");

    for service in [&service, &authority.serve_clients("good", "TLSv1.3")] {
        let (_first, start) = pointed_to(service.port);
        let program = start.with(["--tls-ca", &ca, "--tls-cert", &cert]).variable("FLOW_TLS_KEY", &key).start();
        assert_eq!(program.converse("get"), "ok there");
        assert_eq!(service.requests()[0]["client"], "client");
    }

    let refused = |arguments: &[&str]| -> Ended {
        let Err(ended) = pointed_to(service.port).1.with(arguments.iter().copied()).try_start() else {
            panic!("it starts")
        };
        assert_eq!(ended.code, Some(2), "{ended:?}");
        ended
    };
    let told = refused(&["--tls-cert", &cert, "--tls-key", &other]).err;
    assert!(
        told.contains(&format!("--tls-key {other:?} is not the key of the certificate in --tls-cert {cert:?}")),
        "{told}"
    );
    let told = refused(&["--tls-cert", &cert, "--tls-key", &cert]).err;
    assert!(told.contains("there is no key in it; it should be PEM, with a line BEGIN PRIVATE KEY"), "{told}");
    let folder = Scratch::new();
    for head in ["-----BEGIN ENCRYPTED PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED"] {
        let locked = folder.write("locked.key", &format!("{head}\n\nAAAA\n-----END X-----\n"));
        let told = refused(&["--tls-cert", &cert, "--tls-key", locked.to_str().unwrap()]).err;
        assert!(told.contains("it is encrypted, and nobody is here to type the passphrase"), "{told}");
    }
    let cut = folder.write("cut.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let told = refused(&["--tls-ca", cut.to_str().unwrap()]).err;
    assert!(told.contains("is no certificate of X.509, or was cut off"), "{told}");
    let told = refused(&["--allow-net", "10.0.0.0/8,fd00::/8"]).err;
    assert!(told.contains("without scheme and port; for several, repeat --allow-net"), "{told}");
}

#[test]
fn connections_are_used_again() {
    let Some(authority) = Authority::new() else { return };
    authority.sign("good", "localhost", 2);
    let service = authority.serve("good");
    let (_first, start) = pointed_to(service.port);
    let program = start.with(["--tls-ca", &authority.file("ca.pem")]).start();
    for call in 1..=100 {
        assert_eq!(program.converse("get"), "ok there", "{call}");
    }
    let requests = service.requests();
    assert_eq!(requests.len(), 100);
    assert!(
        requests.iter().all(|request| request["version"] == "2.0" && request["connection"] == 1),
        "{}",
        requests[99]
    );
    println!("100 calls by HTTP/2: 1 connection");
}

#[test]
fn calls_go_by_the_proxy_that_is_configured() {
    let Some(authority) = Authority::new() else { return };
    authority.sign("good", "start.example", 2);
    let service = authority.serve("good");
    let plain = StandIn::start(|_| Reply::new(200, "text/plain", "plainly"));
    let tunnel = Proxy::to(([127, 0, 0, 1], service.port).into());
    let forward = Proxy::to(plain.url().trim_start_matches("http://").parse().unwrap());
    let folder = Scratch::new();
    let url = |proxy: &Proxy| format!("http://anna:p%40ss@{}\n", proxy.address);
    let start = |proxy: &Proxy| {
        let file = folder.write(&format!("proxy-{}", proxy.address.port()), &url(proxy));
        let start = Program::of(&reach::binary()).variable("KEY", KEY).variable("FLOW_PROXY_FILE", file);
        start.with(["--tls-ca", &authority.file("ca.pem")])
    };
    let secure = start(&tunnel).start();
    assert_eq!(secure.converse("secure"), "ok there");
    let [connect] = &tunnel.requests()[..] else { panic!("one tunnel") };
    assert_eq!((connect.method.as_str(), connect.target.as_str()), ("CONNECT", "start.example:443"));
    assert_eq!(connect.header_value("Proxy-Authorization"), Some("Basic YW5uYTpwQHNz"));
    assert!(!format!("{connect:?}").contains(KEY));
    let request = &service.requests()[0];
    assert_eq!((&request["version"], &request["path"]), (&json!("2.0"), &json!("/x/y")));
    assert_eq!(request["headers"]["proxy-authorization"], json!(null));

    let program = start(&forward).start();
    assert_eq!(program.converse("get"), "ok plainly");
    let request = &forward.requests()[0];
    assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "http://start.example/x/y?q=1"));
    assert_eq!(request.header_value("Proxy-Authorization"), Some("Basic YW5uYTpwQHNz"));
    // This machine and private addresses are not asked for at the proxy either.
    for word in ["127.1", "localhost", "mapped", "metadata"] {
        assert!(program.converse(word).starts_with("blocked: "), "{word}");
    }
    assert_eq!(forward.requests().len(), 1);
    for shown in [secure.process.err(), program.process.err()] {
        assert!(!shown.contains("p%40ss") && !shown.contains("p@ss") && !shown.contains("YW5uYTpwQHNz"), "{shown}");
    }
    // What goes past it is looked up here.
    let program = start(&forward).with(["--no-proxy", ".example"]).start();
    assert_eq!(program.converse("get"), "dns: the host name start.example has no address");
    assert_eq!(forward.requests().len(), 1);
}

#[test]
fn a_proxy_may_refuse() {
    let start = |proxy: &Proxy| {
        let url = format!("http://{}", proxy.address);
        Program::of(&reach::binary()).variable("KEY", KEY).variable("FLOW_PROXY", url).start()
    };
    let by = "connect: start.example could not be reached by the proxy (--proxy): ";
    let wants = Proxy::refusing("HTTP/1.1 407 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let program = start(&wants);
    for word in ["secure", "get"] {
        let how = "it answered 407: it wants a user and a password, as http://user:password@host:port";
        assert_eq!(program.converse(word), format!("{by}{how}"));
    }
    let url = format!("http://anna:canary@{}", wants.address);
    let program = Program::of(&reach::binary()).variable("KEY", KEY).variable("FLOW_PROXY", url).start();
    for word in ["secure", "get"] {
        let how = "it answered 407: it refuses the user and the password that it was given";
        assert_eq!(program.converse(word), format!("{by}{how}"));
    }
    let refuses = Proxy::refusing("HTTP/1.1 403 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let program = start(&refuses);
    assert_eq!(program.converse("secure"), format!("{by}it answered that it does not connect to this host"));
    // By http nobody can tell whose answer it is.
    assert_eq!(program.converse("get"), "status: start.example answered 403");
    let nobody = flow_tests::stand_in::nobody();
    let program = Program::of(&reach::binary()).variable("KEY", KEY).with(["--proxy", &nobody]).start();
    for word in ["secure", "get"] {
        let told = program.converse(word);
        assert!(told.starts_with(by) && told.contains("refused"), "{told}");
    }
}

#[test]
fn a_host_without_an_address_is_named_without_its_port() {
    let first = pointing(302, "https://nobody.invalid:19001/z");
    let told = reach::start(&first).start().converse("get");
    assert_eq!(told, "dns: the host name nobody.invalid has no address (start.example points there)");
}
