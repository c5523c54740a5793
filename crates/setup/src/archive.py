# Fetches one source archive of a Python package without running a line of it.
#
# `pip download` of a source archive builds its metadata, which runs the package's own setup.py. So this borrows from pip only what
# finds and transports: the index, proxies and certificates that the machine's pip is configured with. The caller checks the hash.
import sys

from pip._internal.commands import create_command

package, version, file_name, target = sys.argv[1:5]
command = create_command("download")
options, _ = command.parser.parse_args(["--no-deps", package])
with command.main_context():
    session = command.get_default_session(options)
    finder = command._build_package_finder(options=options, session=session)
    finder.format_control.disallow_binaries()
    links = [found.link for found in finder.find_all_candidates(package) if found.link.filename == file_name]
    if not links:
        sys.exit(f"the index has no {file_name}")
    # "identity": a proxy must not unpack the .gz on the way, its hash would change.
    answer = session.get(links[0].url_without_fragment, headers={"Accept-Encoding": "identity"})
    answer.raise_for_status()
    with open(target, "wb") as file:
        file.write(answer.content)
