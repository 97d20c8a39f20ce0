from deliberation import create_app

app = create_app()
