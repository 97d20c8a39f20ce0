from tests import builders
def test_try(client, cast, tmp_path):
    from tests.results import scene
    scene.lively(cast)
    otto = client.sign_in(cast.otto)
    d = "/d/erklaerung/report"
    for path in (d, d+"/desk", d+"/thesis/3", d+"/sentences/new?thesis=3&cite=1&quote=1", d+"/publish", d+"/draft", "/d/erklaerung/results", "/me", "/d/erklaerung/office"):
        r = otto.get(path)
        print(path, r.status_code)
        assert r.status_code in (200, 303), r.text
    r = otto.post(d+"/sentences/new", data={"thesis":"3","text":"„Alle sind dafür.“ So heißt es.","evidence":"A-1","form_key":"k"})
    assert r.status_code == 303, r.text
    print(r.location)
    print(otto.get(d+"/desk").text[3000:9000])
