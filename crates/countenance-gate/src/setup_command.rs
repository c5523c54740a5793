//! `countenance-gate setup`: models and runtime onto this machine.

use std::io::Write;
use std::process::ExitCode;

use countenance_setup::{Installed, SetupError};

#[derive(Debug, clap::Args)]
pub struct SetupArguments {
    /// Also fetch the pictures of public persons that tests and the demo use; a gate in service needs none
    #[arg(long)]
    pub with_test_pictures: bool,
}

/// Fetches what is missing, checks everything, and says where it lies.
pub fn run(arguments: &SetupArguments) -> anyhow::Result<ExitCode> {
    let installed = if arguments.with_test_pictures {
        countenance_setup::models()
    } else {
        countenance_setup::engine()
    };
    Ok(report(
        installed,
        arguments.with_test_pictures,
        &mut std::io::stdout(),
        &mut std::io::stderr(),
    )?)
}

fn report(
    installed: Result<Installed, SetupError>,
    pictures: bool,
    out: &mut dyn Write,
    wrong: &mut dyn Write,
) -> std::io::Result<ExitCode> {
    match installed {
        Ok(installed) => {
            writeln!(out, "model pack: {}", installed.pack.display())?;
            writeln!(out, "runtime: {}", installed.runtime.display())?;
            if pictures {
                writeln!(out, "test pictures: {}", installed.pictures.display())?;
            }
            writeln!(out, "licence and origin of the models: as declared, not verified")?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            let (zh, en) = error.remedy();
            writeln!(wrong, "{}: {error}\n{zh}\n{en}", error.code())?;
            Ok(ExitCode::FAILURE)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_its_code_and_what_to_do_in_both_languages() {
        let (mut out, mut wrong) = (Vec::new(), Vec::new());
        let error = SetupError::ClientMissing {
            program: "npm",
            package: "a-package".to_owned(),
        };
        report(Err(error), false, &mut out, &mut wrong).unwrap();
        let wrong = String::from_utf8(wrong).unwrap();
        assert!(out.is_empty());
        assert!(wrong.starts_with("setup.client_missing: "), "{wrong}");
        assert!(wrong.contains("请安装 npm") && wrong.contains("install npm"), "{wrong}");
    }
}
